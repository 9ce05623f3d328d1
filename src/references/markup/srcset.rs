//! The URLs of a `srcset` ("Parsing a srcset attribute" of the HTML standard, 4.8.4.3.10).

use std::ops::Range;

/// Where the URLs stand in the value. A comma in a URL belongs to it, unless it ends it.
pub(super) fn urls(value: &str) -> Vec<Range<usize>> {
    let (mut urls, mut at) = (Vec::new(), 0);
    loop {
        at += length(&value[at..], |character| super::is_blank(character) || character == ',');
        let url = &value[at..at + length(&value[at..], |character| !super::is_blank(character))];
        if url.is_empty() {
            return urls;
        }
        let without = url.trim_end_matches(',');
        urls.push(at..at + without.len());
        at += url.len();
        if without.len() == url.len() {
            at += descriptors(&value[at..]);
        }
    }
}

/// How far the descriptors of a URL go: to a comma that is not in parentheses.
fn descriptors(value: &str) -> usize {
    let mut in_parentheses = false;
    length(value, |character| {
        match character {
            '(' => in_parentheses = true,
            ')' => in_parentheses = false,
            _ => {}
        }
        in_parentheses || character != ','
    })
}

/// The length of the characters in front that fit.
fn length(text: &str, mut fits: impl FnMut(char) -> bool) -> usize {
    text.find(|character| !fits(character)).unwrap_or(text.len())
}
