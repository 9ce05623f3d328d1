//! The nearest known word to a mistyped one, for messages that help. Only `strsim`'s measure and
//! our thresholds; who asks decides what to do with the answer.

/// The `most` candidates nearest to `word`, best first; none that is far from it.
///
/// A name whose last segment is the same comes first: the usual mistake in a path is its
/// directory.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let letters = Letters::of(word);
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        // The measure costs a thousand times as much as this look.
        .filter(|candidate| letters.may_be_near(candidate) || last_segment(word) == last_segment(candidate))
        .map(|candidate| (score(word, candidate), candidate))
        .filter(|(score, _)| *score > NEAR)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(most).map(|(_, candidate)| candidate).collect()
}

/// How similar two names have to be, from 0 to 1.
const NEAR: f64 = 0.7;

fn score(word: &str, candidate: &str) -> f64 {
    if last_segment(word) != last_segment(candidate) {
        return similarity(word, candidate);
    }
    // There may be thousands of `index.js`, so no measure that takes its time: how much of the end
    // they share.
    let shared = word.bytes().rev().zip(candidate.bytes().rev()).take_while(|(a, b)| a == b).count();
    1.0 + shared as f64 / word.len().max(candidate.len()).max(1) as f64
}

/// From 0 to 1. What both begin or end with needs no measuring, and paths share much of it.
fn similarity(a: &str, b: &str) -> f64 {
    let shared: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(shared, _)| shared.len_utf8()).sum();
    let (left, right) = (&a[shared..], &b[shared..]);
    let (left_end, right_end) = (left.chars().rev(), right.chars().rev());
    let end: usize = left_end.zip(right_end).take_while(|(a, b)| a == b).map(|(shared, _)| shared.len_utf8()).sum();
    let edits = strsim::damerau_levenshtein(&left[..left.len() - end], &right[..right.len() - end]);
    let length = a.chars().count().max(b.chars().count()).max(1);
    1.0 - edits as f64 / length as f64
}

/// How often each letter is in a word, by a coarse count. An edit of one letter changes it by two at
/// most.
struct Letters {
    counts: [i32; 64],
    length: i32,
}

impl Letters {
    fn of(word: &str) -> Self {
        let (mut counts, mut length) = ([0; 64], 0);
        for character in word.chars() {
            counts[character as usize % 64] += 1;
            length += 1;
        }
        Self { counts, length }
    }

    /// Whether so few edits may lead to the candidate that it is near; never false for one that is.
    fn may_be_near(&self, candidate: &str) -> bool {
        let other = Self::of(candidate);
        let difference: i32 = self.counts.iter().zip(other.counts).map(|(a, b)| (a - b).abs()).sum();
        let edits = (difference + 1) / 2;
        f64::from(edits) < (1.0 - NEAR) * f64::from(self.length.max(other.length)) + f64::EPSILON
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Letters, NEAR, nearest, score, similarity};

    proptest! {
        #[test]
        fn what_is_shared_does_not_count(a in "[ab/.é]{0,9}", b in "[ab/.é]{0,9}") {
            let whole = if a.is_empty() && b.is_empty() { 1.0 } else { strsim::normalized_damerau_levenshtein(&a, &b) };
            prop_assert!((similarity(&a, &b) - whole).abs() < 1e-9, "{} {}", similarity(&a, &b), whole);
        }

        #[test]
        fn no_near_name_is_passed_over(a in "[ab/.é]{0,9}", b in "[ab/.é]{0,9}") {
            prop_assert!(score(&a, &b) <= NEAR || score(&a, &b) >= 1.0 || Letters::of(&a).may_be_near(&b));
        }
    }

    #[test]
    fn a_typo_finds_its_name_and_nonsense_finds_nothing() {
        let names = ["css/app.css", "css/apple.css", "img/logo.png"];
        assert_eq!(nearest("img/lgoo.png", names, 1), ["img/logo.png"]);
        assert_eq!(nearest("logo.png", names, 1), ["img/logo.png"]);
        assert_eq!(nearest("css/ap.css", names, 3), ["css/app.css", "css/apple.css"]);
        assert!(nearest("favicon.ico", names, 1).is_empty());
    }
}
