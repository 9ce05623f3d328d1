//! What holds for every scanner and any text: it never panics, its references lie on character
//! boundaries, in order and apart, and what `resolve` inserts can be taken out again.

use staticfiles::references::{Scanner, Target, resolve, splice};
use staticfiles::{StaticName, StaticUrl};

pub fn holds(scanner: &impl Scanner, text: &str) {
    let from = StaticName::new("css/a.css").expect("a name");
    let static_url = StaticUrl::new("/static/").expect("a URL");
    let (mut end, mut insertions) = (0, Vec::new());
    for reference in scanner.scan(text) {
        assert!(reference.span.start >= end && text.get(reference.span.clone()).is_some());
        end = reference.span.end;
        let last = reference.position(text.as_bytes(), reference.specifier.len());
        assert!((reference.span.start..=reference.span.end).contains(&last));
        if let Target::File { stem_end, .. } = resolve(&from, &reference.specifier, &static_url) {
            assert!(stem_end <= reference.specifier.len());
            let at = reference.position(text.as_bytes(), stem_end);
            assert!((reference.span.start..=last).contains(&at) && text.is_char_boundary(at));
            insertions.push((at, ".0123456789ab"));
        }
    }
    let edits = insertions.iter().map(|(at, insertion)| (*at..*at, *insertion));
    let mut spliced = splice(text.as_bytes(), edits);
    // Each removal puts what follows back to where it was.
    for (at, insertion) in insertions {
        assert!(spliced[at..].starts_with(insertion.as_bytes()));
        spliced.drain(at..at + insertion.len());
    }
    assert_eq!(spliced, text.as_bytes());
}
