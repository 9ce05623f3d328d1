//! The same tree and settings collected by the real Django 6.1.3 and, in its style, here: the same
//! manifest and the same bytes. `tests/run` makes the environment for it where Python is present.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Site, skip};

/// Python with Django, and the script that runs Django's commands over our settings file.
fn django() -> Option<(PathBuf, PathBuf)> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.exists());
    let found = variable("STATICFILES_DJANGO_PYTHON").zip(variable("STATICFILES_DJANGO_REFERENCE"));
    if found.is_none() {
        skip("the comparison with Django (tests/run makes its environment)");
    }
    found
}

/// Collects with both; what Django published, if it could.
fn compare(site: &Site, settings: &str) -> Option<Vec<String>> {
    let (python, reference) = django()?;
    let here = site.path("").display().to_string();
    let settings = settings.replace("SITE/", &here);
    site.write("theirs.toml", format!("static_root = \"{here}theirs\"\n{settings}"));
    site.write("staticfiles.toml", format!("static_root = \"{here}ours\"\n{settings}"));
    site.run(&["collectstatic", "--no-input"]).status(0);
    let output = Command::new(python)
        .arg(reference)
        .args(["collectstatic", "--no-input", "--settings"])
        .arg(site.path("theirs.toml"))
        .output()
        .expect("Django runs");
    if !output.status.success() {
        return None;
    }
    let (ours, theirs) = (paths(&site.path("ours")), paths(&site.path("theirs")));
    let different = ours.keys().chain(theirs.keys()).filter(|name| ours.get(*name) != theirs.get(*name));
    let mut different: Vec<String> = different.cloned().collect();
    different.sort();
    different.dedup();
    for (name, stored) in ours.iter().filter(|(name, _)| !different.contains(name)) {
        for published in [name, stored] {
            let bytes = |root: &str| fs::read(site.path(root).join(published)).expect("a published file");
            assert!(bytes("ours") == bytes("theirs"), "{published}");
        }
    }
    if different.is_empty() {
        let hash = |root: &str| manifest(&site.path(root))["hash"].clone();
        assert_eq!(hash("ours"), hash("theirs"));
    }
    Some(different)
}

fn manifest(root: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(root.join("staticfiles.json")).expect("a manifest")).expect("JSON")
}

fn paths(root: &Path) -> BTreeMap<String, String> {
    serde_json::from_value(manifest(root)["paths"].clone()).expect("paths")
}

const DJANGO: &str =
    "static_url = \"/static/\"\n[storage]\nbackend = \"manifest\"\n[rewrite]\nstyle = \"django\"\nmissing = \"warn\"\n";

#[test]
fn a_tree_of_every_kind_of_thing_is_the_same() {
    let site = Site::new()
        .file("src/css/app.css", "@import 'base.css';\n@import url(\"sub/deep.css\") print;\na{b:url(../img/a.png)}\n")
        .file("src/css/base.css", "b{c:url('../img/b c.png?x=1#y')} /* url(none.png) */ @font-face{src:url(../f.eot?#iefix)}")
        .file("src/css/sub/deep.css", "c{d:URL(/static/img/a.png)}\n/*# sourceMappingURL=deep.css.map */")
        .file("src/css/sub/deep.css.map", "{}")
        .file("src/img/a.png", "a")
        .file("src/img/b c.png", "b")
        .file("src/f.eot", "f")
        .file("src/js/app.js", "import {x} from './lib.js'\nexport * from \"./lib.js\";import('./lib.js');import './lib.js'\n//# sourceMappingURL=app.js.map  \n")
        .file("src/js/lib.js", "export const x = `import './none.js'`")
        .file("src/js/app.js.map", "{}")
        .file("src/x.tar.gz", "")
        .file("src/noext", "")
        .file("src/⊗.txt", "")
        .file("src/.hidden/x", "")
        .file("app/static/app.txt", "app")
        .file("app/static/img/a.png", "loses")
        .file("media/upload.txt", "media");
    let dirs = "[[dirs]]\npath = \"SITE/src\"\n[[dirs]]\npath = \"SITE/media\"\nprefix = \"up/load\"\n[[apps]]\nname = \"app\"\npath = \"SITE/app\"\n";
    for js in [true, false] {
        if let Some(different) = compare(&site, &format!("{DJANGO}js_modules = {js}\n{dirs}")) {
            assert_eq!(different, [""; 0], "js_modules = {js}");
        }
    }
}

/// Trees of `tests/fetch-trees` that Django collects, without and with modules.
#[test]
fn well_known_packages_are_the_same() {
    let mut compared = 0;
    for name in ["bootstrap", "katex", "django-admin", "video.js", "bootstrap-icons"] {
        let Some(tree) = crate::real_trees::tree(name) else { continue };
        for js in [true, false] {
            let dirs = format!("[[dirs]]\npath = \"{}\"\n", tree.display());
            if let Some(different) = compare(&Site::new(), &format!("{DJANGO}js_modules = {js}\n{dirs}")) {
                assert_eq!(different, [""; 0], "{name}, js_modules = {js}");
                compared += 1;
            }
        }
    }
    assert!(compared > 0 || std::env::var_os("STATICFILES_DJANGO_PYTHON").is_none(), "Django collects these trees");
}
