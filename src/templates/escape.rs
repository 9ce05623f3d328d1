//! Escaping of a URL for HTML, where the engine does not do it or does it otherwise.

/// Escapes what has a meaning in a quoted attribute, whichever the quotes are.
pub(super) fn escape(url: &str) -> String {
    let mut escaped = String::with_capacity(url.len());
    for character in url.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn slashes_stay_and_quotes_do_not() {
        assert_eq!(escape("/s/a.css?x=1&y='\"<>"), "/s/a.css?x=1&amp;y=&#39;&quot;&lt;&gt;");
    }
}
