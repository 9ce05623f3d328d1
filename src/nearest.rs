//! The nearest known word to a mistyped one, for messages that help. Only `strsim`'s measure and
//! our thresholds; who asks decides what to do with the answer.

/// The `most` candidates nearest to `word`, best first; none that is far from it.
///
/// A name whose last segment is the same comes first: the usual mistake in a path is its
/// directory.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (score(word, candidate), candidate))
        .filter(|(score, _)| *score > 0.7)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(most).map(|(_, candidate)| candidate).collect()
}

fn score(word: &str, candidate: &str) -> f64 {
    let similar = strsim::normalized_damerau_levenshtein(word, candidate);
    if last_segment(word) == last_segment(candidate) { 1.0 + similar } else { similar }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typo_finds_its_name_and_nonsense_finds_nothing() {
        let names = ["css/app.css", "css/apple.css", "img/logo.png"];
        assert_eq!(nearest("img/lgoo.png", names, 1), ["img/logo.png"]);
        assert_eq!(nearest("logo.png", names, 1), ["img/logo.png"]);
        assert_eq!(nearest("css/ap.css", names, 3), ["css/app.css", "css/apple.css"]);
        assert!(nearest("favicon.ico", names, 1).is_empty());
    }
}
