//! References in web application manifests: the images they name (Web Application Manifest, "image
//! resource"). Addresses within the application, such as `start_url`, are no files.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Escapes, Reference, ReferenceKind, Scanner};
use crate::name::StaticName;

/// Scans `.webmanifest` files, and those called `manifest.json` that have `icons` or a `start_url`.
///
/// In a file that is not JSON there is nothing: browsers pass over such a manifest.
///
/// ```
/// use staticfiles::references::{Scanner, WebManifestScanner};
///
/// let manifest = r#"{"start_url": "app.html", "icons": [{"src": "img\/icon.png"}]}"#;
/// let references = WebManifestScanner.scan(manifest);
/// assert_eq!(references.len(), 1);
/// assert_eq!(references[0].specifier, "img/icon.png");
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct WebManifestScanner;

/// An object with its values as they stand in the text.
type Object<'a> = BTreeMap<String, &'a RawValue>;

impl Scanner for WebManifestScanner {
    fn handles(&self, name: &StaticName) -> bool {
        name.extension().eq_ignore_ascii_case("webmanifest") || name.file_name() == "manifest.json"
    }

    fn scan(&self, text: &str) -> Vec<Reference> {
        let json = text.strip_prefix('\u{feff}').unwrap_or(text);
        let manifest: Object<'_> = read(json).unwrap_or_default();
        // Bundlers call their lists so too.
        if !manifest.contains_key("icons") && !manifest.contains_key("start_url") {
            return Vec::new();
        }
        let mut images = images(&manifest);
        for objects in ["shortcuts", "file_handlers"].map(|member| objects(&manifest, member)) {
            images.extend(objects.iter().flat_map(self::images));
        }
        let mut references: Vec<Reference> = images.iter().filter_map(|image| source(text, image)).collect();
        references.sort_by_key(|reference| reference.span.start);
        references
    }
}

/// What can be read as `T`; a browser passes over the rest.
fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// The images that an object names.
fn images<'a>(object: &Object<'a>) -> Vec<Object<'a>> {
    ["icons", "screenshots"].into_iter().flat_map(|member| objects(object, member)).collect()
}

/// The objects in the list that is this member.
fn objects<'a>(object: &Object<'a>, member: &str) -> Vec<Object<'a>> {
    let list = object.get(member).and_then(|list| read::<Vec<&RawValue>>(list.get())).unwrap_or_default();
    list.into_iter().filter_map(|item| read(item.get())).collect()
}

fn source(text: &str, image: &Object<'_>) -> Option<Reference> {
    // It is a part of the text, with its quotes.
    let quoted = image.get("src")?.get();
    let specifier: String = read(quoted)?;
    let start = quoted.as_ptr() as usize - text.as_ptr() as usize + 1;
    let escapes = if quoted.contains('\\') { Escapes::JavaScript } else { Escapes::None };
    let span = start..start + quoted.len() - 2;
    Some(Reference { span, specifier, kind: ReferenceKind::Resource, escapes })
}
