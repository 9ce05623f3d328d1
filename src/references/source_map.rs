//! The comment that names the source map of a text (ECMA-426, "Linking through inline annotations").

use std::ops::Range;

use super::{Escapes, Reference, ReferenceKind};

/// The source map that a comment names; `span` is what stands between the comment's marks.
///
/// The text behind `sourceMappingURL=` may be empty: such a comment takes back an earlier one.
pub(super) fn source_map(text: &str, span: Range<usize>) -> Option<Reference> {
    let content = &text[span.clone()];
    let url = content
        .strip_prefix(['#', '@'])?
        .trim_start_matches(is_blank)
        .strip_prefix("sourceMappingURL=")?
        .trim_end_matches(is_blank);
    if url.contains(is_blank) {
        return None;
    }
    let start = span.start + (url.as_ptr() as usize - content.as_ptr() as usize);
    Some(Reference {
        span: start..start + url.len(),
        specifier: url.to_owned(),
        kind: ReferenceKind::SourceMap,
        escapes: Escapes::None,
    })
}

/// What `\s` stands for in the pattern of ECMA-426.
fn is_blank(character: char) -> bool {
    character == '\u{feff}' || character.is_whitespace() && character != '\u{85}'
}
