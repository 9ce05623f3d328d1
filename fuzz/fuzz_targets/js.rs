//! The scanner of scripts over any text: it never panics, its references lie on character
//! boundaries, in order and apart, and what `resolve` inserts can be taken out again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use staticfiles::references::{JsScanner, Scanner, Target, resolve, splice};
use staticfiles::{StaticName, StaticUrl};

fuzz_target!(|text: &str| {
    let from = StaticName::new("js/a.js").expect("a name");
    let static_url = StaticUrl::new("/static/").expect("a URL");
    let (mut end, mut insertions) = (0, Vec::new());
    let references = JsScanner::new(true).scan(text);
    let source_maps = references.iter().filter(|one| one.kind == staticfiles::references::ReferenceKind::SourceMap);
    assert!(source_maps.eq(&JsScanner::new(false).scan(text)), "modules do not matter to source maps");
    for reference in references {
        assert!(reference.span.start >= end && text.get(reference.span.clone()).is_some());
        end = reference.span.end;
        // Every place of the specifier has one in the text, the later the further on.
        let places = (0..=reference.specifier.len()).map(|at| reference.position(text.as_bytes(), at));
        assert!(places.is_sorted());
        if let Target::File { stem_end, .. } = resolve(&from, &reference.specifier, &static_url) {
            assert!(stem_end <= reference.specifier.len());
            let at = reference.position(text.as_bytes(), stem_end);
            assert!((reference.span.start..=reference.span.end).contains(&at) && text.is_char_boundary(at));
            insertions.push((at, ".0123456789ab"));
        }
    }
    assert_eq!(splice::<&str>(text.as_bytes(), []), text.as_bytes());
    let mut spliced = splice(text.as_bytes(), insertions.iter().map(|(at, hash)| (*at..*at, *hash)));
    // Whether HTML comments are comments hangs on the rest of the script, broken as it may be.
    if !text.contains("<!--") && !text.contains("-->") {
        let rewritten = std::str::from_utf8(&spliced).expect("hashes are inserted between characters");
        let count = |text: &str| JsScanner::new(true).scan(text).len();
        assert_eq!(count(rewritten), count(text), "a rewritten script refers to as much as its source");
    }
    // Each removal puts what follows back to where it was.
    for (at, insertion) in insertions {
        assert!(spliced[at..].starts_with(insertion.as_bytes()));
        spliced.drain(at..at + insertion.len());
    }
    assert_eq!(spliced, text.as_bytes());
});
