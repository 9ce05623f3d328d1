//! The scanners of HTML and SVG beside full parsers, over texts made of what is hard to read.

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, StartTag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer};
use proptest::prelude::*;
use staticfiles::references::{HtmlScanner, Scanner, SvgScanner};

/// Takes every `src`, and tells the tokenizer in which elements there are no tags.
#[derive(Default)]
struct Sources(RefCell<Vec<String>>);

impl TokenSink for Sources {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != StartTag {
            return TokenSinkResult::Continue;
        }
        if ["img", "script", "iframe"].contains(&&*tag.name) {
            let sources = tag.attrs.iter().filter(|attribute| &*attribute.name.local == "src");
            self.0.borrow_mut().extend(sources.map(|source| source.value.to_string()));
        }
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }
}

fn by_tokens(text: &str) -> Vec<String> {
    let tokenizer = Tokenizer::new(Sources::default(), Default::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(text));
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.0.take().iter().filter_map(|url| seen(url)).collect()
}

/// The `href` of every `image`; `None` if the text is not well-formed.
fn by_tree(text: &str) -> Option<Vec<String>> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text, options).ok()?;
    let images = document.descendants().filter(|node| node.tag_name().name() == "image");
    let attributes = images.flat_map(|image| image.attributes().collect::<Vec<_>>());
    Some(attributes.filter(|attribute| attribute.name() == "href").filter_map(|href| seen(href.value())).collect())
}

/// The URL as far as the scanners look at it.
fn seen(url: &str) -> Option<String> {
    let url = url.trim_matches([' ', '\t', '\n', '\r', '\x0c']);
    let is_left = url.is_empty() || url.starts_with('#') || url.contains(['\n', '\r', '\t']) || url.contains("<?");
    (!is_left && !url.starts_with("data:")).then(|| url.to_owned())
}

fn specifiers(scanner: &impl Scanner, text: &str) -> Vec<String> {
    scanner.scan(text).into_iter().filter_map(|reference| seen(&reference.specifier)).collect()
}

const HTML: &[&str] = &[
    "<img ",
    "<img src=",
    "<IMG/src='",
    "src",
    "=",
    "'",
    "\"",
    ">",
    "/>",
    " ",
    "\n",
    "/",
    "a",
    "b.png",
    "é",
    "<",
    "</",
    "<!",
    "<!--",
    "--",
    "-",
    "-->",
    "--!>",
    "!",
    "?",
    "<script>",
    "<script ",
    "</script>",
    "</script ",
    "</script",
    "<style>",
    "</style>",
    "<textarea>",
    "</textarea>",
    "<title>",
    "</TITLE>",
    "<iframe src=x>",
    "</iframe>",
    "<xmp>",
    "</xmp>",
    "<p ",
    "</p>",
    "<a",
    "&amp;",
    "&amp",
    "&copy",
    "&not",
    "&#65",
    "&#x41;",
    "&#X41",
    "&#",
    "&#x",
    "&",
    ";",
    "&#150;",
    "&eacute;",
    "&period;",
    "&sol;",
    "\u{c}",
    "\t",
    "`",
    "<!doctype ",
    "<![CDATA[",
    "]]>",
    "<noscript>",
    "<plaintext>",
    "=x.png",
    "data:",
    "#",
    "<base>",
];

const DOCUMENT_TYPES: &[&str] = &[
    "",
    "<!DOCTYPE s>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE s [<!ENTITY q \"<image href='y.png'/>]>\"> <!-- ' --> <?x \" ?> ]>",
];

const SVG: &[&str] = &[
    "<image href='x.png'/>",
    "<image x:href=\"",
    "<image href='",
    "x.png",
    "'/>",
    "\"/>",
    "<a>",
    "</a>",
    "<!-- ",
    " -->",
    "<![CDATA[",
    "]]>",
    "<?p ",
    "?>",
    "&amp;",
    "&#65;",
    "&#x41;",
    "&lt;",
    "&apos;",
    "&quot;",
    " ",
    "\n",
    "<image ",
    "href",
    " = ",
    "'b'",
    "/>",
    "text",
    "'",
    "\"",
    ">",
    "é",
];

fn parts(parts: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(parts), 1..most).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn html_is_read_as_html5ever_reads_it(text in parts(HTML, 24)) {
        prop_assert_eq!(specifiers(&HtmlScanner::new(false), &text), by_tokens(&text));
    }

    #[test]
    fn svg_is_read_as_roxmltree_reads_it(start in prop::sample::select(DOCUMENT_TYPES), text in parts(SVG, 9)) {
        let text = format!("{start}<s xmlns:x='urn:x'>{text}</s>");
        // In an attribute a parser makes a blank of a line end.
        if let Some(expected) = by_tree(&text).filter(|_| !text.contains('\n')) {
            prop_assert_eq!(specifiers(&SvgScanner, &text), expected);
        }
    }
}
