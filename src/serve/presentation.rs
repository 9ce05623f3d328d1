//! What the settings say of files beside what they are: cross-origin fields, fields and media types
//! of one's own. Checked when made, so that no answer can be spoilt by them.

use std::sync::Arc;

use http::header::{self, HeaderName, HeaderValue};

use crate::finders::Ignore;
use crate::media_type::{is_compressible, media_type};
use crate::name::StaticName;

pub(super) const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

const UNKNOWN: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// A field of an answer.
pub(super) type Field = (HeaderName, HeaderValue);

/// Fields that only the server can say rightly, and why they are not taken from the settings.
const REFUSED: &[(&str, &str)] = &[
    ("accept-ranges", "is the server's to say"),
    ("age", "is for caches to say"),
    ("allow", "is the server's to say"),
    ("connection", "is about the connection"),
    ("content-encoding", "is of the variant that is sent"),
    ("content-length", "is the size of what is sent"),
    ("content-range", "is the server's to say"),
    ("content-type", "is by the file's name; set it with serve.media_types"),
    ("date", "is the server's to say"),
    ("etag", "is made of the content"),
    ("last-modified", "is the file's"),
    ("location", "is for redirects, and nothing is redirected"),
    ("proxy-authenticate", "is for proxies"),
    ("te", "is for requests"),
    ("trailer", "is about the connection"),
    ("transfer-encoding", "is about the connection"),
    ("upgrade", "is about the connection"),
    ("vary", "is the server's to say"),
    ("keep-alive", "is about the connection"),
];

/// How files are shown to clients, by their names.
#[derive(Debug, Clone)]
pub(crate) struct Presentation {
    /// The fields of files that no rule is about.
    common: Arc<[Field]>,
    nosniff: bool,
    rules: Vec<(Ignore, Vec<Field>)>,
    /// Longest pattern first.
    media_types: Vec<MediaType>,
}

#[derive(Debug, Clone)]
struct MediaType {
    pattern: String,
    names: Names,
    value: HeaderValue,
}

#[derive(Debug, Clone)]
enum Names {
    /// In lower case, with the dot before it.
    Extension(String),
    Glob(Ignore),
}

/// What one file is shown with.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) content_type: HeaderValue,
    pub(super) varies: bool,
    pub(super) nosniff: bool,
    pub(super) fields: Arc<[Field]>,
}

impl Default for Presentation {
    /// For every origin, and never sniffed.
    fn default() -> Self {
        Self::new(true, Some("cross-origin"), true)
    }
}

impl Presentation {
    /// The fields that are switched on and off: `Access-Control-Allow-Origin: *`,
    /// `Cross-Origin-Resource-Policy` with this value, `X-Content-Type-Options`.
    pub(crate) fn new(cors: bool, resource_policy: Option<&'static str>, nosniff: bool) -> Self {
        let cors = cors.then_some((header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")));
        let policy = resource_policy.map(|policy| (CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static(policy)));
        let common = cors.into_iter().chain(policy).collect();
        Self { common, nosniff, rules: Vec::new(), media_types: Vec::new() }
    }

    /// Adds fields to the files that one of the globs fits; no glob fits all. A later rule goes over
    /// an earlier one.
    pub(crate) fn with_fields<'a>(
        mut self,
        files: &[String],
        fields: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, String> {
        let files = if files.is_empty() { Ignore::new(["*"]) } else { Ignore::new(files) };
        self.rules.push((files, fields.map(field).collect::<Result<_, _>>()?));
        Ok(self)
    }

    /// Gives a media type to an extension, such as `foo`, or to names that a glob fits.
    pub(crate) fn with_media_type(mut self, pattern: &str, media_type: &str) -> Result<Self, String> {
        let value = HeaderValue::from_str(media_type).ok().filter(|_| is_media_type(media_type));
        let value = value.ok_or_else(|| {
            format!("serve.media_types: {media_type:?} for {pattern:?} is no media type; write it as type/subtype")
        })?;
        let names = match pattern.trim_start_matches('.') {
            "" => return Err("serve.media_types: an extension is empty".to_owned()),
            _ if pattern.contains(['*', '?', '[', '/']) => Names::Glob(Ignore::new([pattern])),
            extension => Names::Extension(format!(".{}", extension.to_ascii_lowercase())),
        };
        self.media_types.push(MediaType { pattern: pattern.to_owned(), names, value });
        self.media_types.sort_by_key(|rule| std::cmp::Reverse(rule.pattern.len()));
        Ok(self)
    }

    /// The same without fields that let clients keep a file: for debug.
    pub(super) fn kept_by_nobody(mut self) -> Self {
        for (_, fields) in &mut self.rules {
            fields.retain(|(name, _)| *name != header::CACHE_CONTROL && *name != header::EXPIRES);
        }
        self
    }

    /// What the file of this logical name is shown with.
    pub(super) fn of(&self, name: &StaticName) -> Shown {
        let (content_type, varies) = self.media_type(name);
        let mut fields: Option<Vec<Field>> = None;
        for (_, rule) in self.rules.iter().filter(|(files, _)| files.matches(name.as_str())) {
            let fields = fields.get_or_insert_with(|| self.common.to_vec());
            fields.retain(|(name, _)| rule.iter().all(|(other, _)| other != name));
            fields.extend_from_slice(rule);
        }
        let fields = fields.map_or_else(|| self.common.clone(), Arc::from);
        let says_nosniff = fields.iter().any(|(name, _)| *name == header::X_CONTENT_TYPE_OPTIONS);
        Shown { content_type, varies, nosniff: self.nosniff && !says_nosniff, fields }
    }

    fn media_type(&self, name: &StaticName) -> (HeaderValue, bool) {
        let fits = |rule: &&MediaType| match &rule.names {
            Names::Glob(glob) => glob.matches(name.as_str()),
            Names::Extension(extension) => {
                let file_name = name.file_name().to_ascii_lowercase();
                file_name.len() > extension.len() && file_name.ends_with(extension)
            }
        };
        match self.media_types.iter().find(fits) {
            Some(rule) => (rule.value.clone(), rule.value.to_str().is_ok_and(is_compressible)),
            None => {
                let (media_type, varies) = media_type(name);
                (HeaderValue::try_from(&*media_type).unwrap_or(UNKNOWN), varies)
            }
        }
    }
}

/// A field of the settings, if it may be one.
fn field((name, value): (&str, &str)) -> Result<Field, String> {
    let parsed = HeaderName::try_from(name).map_err(|_| format!("serve.headers: {name:?} is no name of a field"))?;
    if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| parsed == *refused) {
        return Err(format!("serve.headers: {name} cannot be set: it {why}"));
    }
    match HeaderValue::from_str(value) {
        Ok(value) => Ok((parsed, value)),
        Err(_) => Err(format!("serve.headers: the value of {name} has a character that no field can have")),
    }
}

/// Whether it is `type/subtype`, with parameters or without.
fn is_media_type(text: &str) -> bool {
    let is_token =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c));
    let essence = text.split(';').next().unwrap_or(text).trim_end();
    essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(presentation: &Presentation, name: &str) -> Shown {
        presentation.of(&StaticName::new(name).expect(name))
    }

    fn value<'a>(shown: &'a Shown, name: &str) -> Option<&'a str> {
        let found = shown.fields.iter().filter(|(field, _)| field == name).collect::<Vec<_>>();
        assert!(found.len() < 2, "{name} is said once: {found:?}");
        found.first().map(|(_, value)| value.to_str().expect("text"))
    }

    #[test]
    fn rules_are_laid_over_each_other_in_order() {
        let files = |glob: &str| vec![glob.to_owned()];
        let presentation = Presentation::default()
            .with_fields(&[], [("X-All", "1"), ("X-Foo", "all")].into_iter())
            .and_then(|it| it.with_fields(&files("*.wasm"), [("x-foo", "wasm")].into_iter()))
            .and_then(|it| {
                it.with_fields(&files("fonts/*"), [("Access-Control-Allow-Origin", "https://a")].into_iter())
            })
            .expect("fields");
        for (name, foo, origin) in
            [("a.css", "all", "*"), ("x/a.wasm", "wasm", "*"), ("fonts/a.woff2", "all", "https://a")]
        {
            let shown = shown(&presentation, name);
            assert_eq!(value(&shown, "x-foo"), Some(foo), "{name}");
            assert_eq!(value(&shown, "access-control-allow-origin"), Some(origin), "{name}");
            assert_eq!((value(&shown, "x-all"), shown.nosniff), (Some("1"), true), "{name}");
        }
    }

    #[test]
    fn fields_that_would_break_answers_are_refused() {
        for (name, value, problem) in [
            ("Content-Length", "1", "Content-Length cannot be set: it is the size"),
            ("transfer-encoding", "chunked", "transfer-encoding cannot be set"),
            ("Content-Type", "text/css", "set it with serve.media_types"),
            ("ETag", "\"a\"", "ETag cannot be set"),
            ("X Foo", "1", "\"X Foo\" is no name of a field"),
            ("X-Foo", "a\r\nSet-Cookie: b", "the value of X-Foo"),
        ] {
            let error = Presentation::default().with_fields(&[], [(name, value)].into_iter()).expect_err(name);
            assert!(error.starts_with("serve.headers: ") && error.contains(problem), "{name}: {error}");
        }
    }

    #[test]
    fn a_media_type_is_by_extension_or_glob_and_the_longest_pattern_counts() {
        let presentation = [("foo", "application/x-foo"), (".tar.FOO", "application/x-tar"), ("txt/*", "text/x-own")]
            .into_iter()
            .try_fold(Presentation::default(), |it, (pattern, value)| it.with_media_type(pattern, value))
            .expect("media types");
        for (name, media_type, varies) in [
            ("a.foo", "application/x-foo", false),
            ("a.tar.foo", "application/x-tar", false),
            ("a.FOO", "application/x-foo", false),
            (".foo", "application/octet-stream", false),
            ("txt/README", "text/x-own", true),
            ("a.css", "text/css; charset=utf-8", true),
        ] {
            let shown = shown(&presentation, name);
            assert_eq!((shown.content_type.to_str().expect("text"), shown.varies), (media_type, varies), "{name}");
        }
        for wrong in ["", "text", "text/", "/x", "a b/c", "text/x\n"] {
            assert!(Presentation::default().with_media_type("foo", wrong).is_err(), "{wrong:?}");
        }
        assert!(Presentation::default().with_media_type(".", "text/css").is_err());
    }
}
