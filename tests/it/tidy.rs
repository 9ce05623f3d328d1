//! The house stays tidy: no module reaches up the layers of `docs/architecture.md`.

use std::fs;
use std::path::Path;

/// The layers from the bottom up. A module may use those above it in this list, and itself.
const LAYERS: [&str; 21] = [
    "name",
    "nearest",
    "error",
    "trouble",
    "coding",
    "media_type",
    "storage",
    "app",
    "settings",
    "finders",
    "manifest",
    "resolver",
    "references",
    "collect",
    "serve",
    "checks",
    "static_files",
    "templates",
    "urls",
    "views",
    "commands",
];

/// Pairs that must not know each other though the order would let them, and why.
const FORBIDDEN: [(&str, &str, &str); 6] = [
    ("serve", "collect", "what serving must know stands in the manifest"),
    ("serve", "references", "serving reads no texts"),
    ("finders", "settings", "only the facade reads settings"),
    ("collect", "settings", "only the facade reads settings"),
    ("serve", "settings", "only the facade reads settings"),
    ("checks", "settings", "only the facade reads settings"),
];

#[test]
fn no_use_goes_up_the_layers() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(&source) {
        let entry = entry.expect("the sources are readable");
        let below = entry.path().strip_prefix(&source).expect("below src");
        let module = below.iter().next().map(|first| first.to_string_lossy().replace(".rs", "")).unwrap_or_default();
        let Some(layer) = LAYERS.iter().position(|layer| *layer == module) else { continue };
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        seen += 1;
        for (number, line) in fs::read_to_string(entry.path()).expect("a source file").lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for used in code.split("crate::").skip(1).flat_map(used_modules) {
                let place = format!("{}:{}: {}", below.display(), number + 1, line.trim());
                let Some(used_layer) = LAYERS.iter().position(|layer| *layer == used) else { continue };
                assert!(used_layer <= layer, "{place}\n`{module}` is below `{used}`");
                let reason = FORBIDDEN.iter().find(|(from, to, _)| *from == module && *to == used);
                assert!(reason.is_none(), "{place}\n{}", reason.map_or("", |(.., reason)| reason));
            }
        }
    }
    assert!(seen > 30, "the test looks at the sources: {seen} files");
}

/// The modules named behind `crate::`: one, or several in braces.
fn used_modules(rest: &str) -> Vec<String> {
    let word = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    match rest.strip_prefix('{') {
        Some(inside) => inside.split([',', '}']).map(word).collect(),
        None => vec![word(rest)],
    }
}
