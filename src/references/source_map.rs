//! The comment that names the source map of a text (ECMA-426, "Linking through inline annotations").
//!
//! What stands in a map is left as it is. Its `sources` are the author's, and its `file` is an
//! optional name for what was made, which no debugger looks up. To write the hashed name there would
//! close a circle: a script is named by its bytes, in them the name of its map, and that by the bytes
//! of the map, in them the name of the script. As members of a cycle both would be named by a hash
//! over the two, and no script with a map would keep the name that its content gives it, which is
//! the one Django gives it too. Nor can the way back be left out of the hash: then the map's bytes
//! could differ under one name. Django leaves maps alone as well.

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
