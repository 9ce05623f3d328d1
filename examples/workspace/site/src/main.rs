//! The program: puts the apps in order, collects their files and says what each is from.

use staticfiles::settings::FinderKind;
use staticfiles::{CollectOptions, Settings, StaticFiles};

fn main() -> staticfiles::Result<()> {
    let root = std::env::args().nth(1).unwrap_or("target/static".to_owned());
    let settings = Settings::new()
        .static_root(root)
        .debug(false)
        // The one place that orders apps: the first that has a file wins.
        .apps([shop::staticfiles(), blog::staticfiles()])
        // Packages that declare files come after them. Looking for those runs `cargo metadata`.
        .finders([FinderKind::AppDirectories, FinderKind::CargoMetadata])
        .package(env!("CARGO_MANIFEST_DIR"));
    let static_files = StaticFiles::new(settings)?;
    println!("{}", static_files.collect(&CollectOptions::new(), &|_event| {})?);
    static_files.reload()?;
    for name in ["base.css", "blog/post.css", "shop/cart.css", "theme/base.css"] {
        let origin = static_files.find(name)?.map(|found| found.origin);
        println!("{} is from {}", static_files.url(name)?, origin.as_deref().unwrap_or("nowhere"));
    }
    Ok(())
}
