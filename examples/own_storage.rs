//! A storage of one's own: every file is kept once, under the hash of its content, however many
//! names it has. It collects under hashed names, with a manifest, without more code.
//!
//! ```text
//! cargo run --example own_storage
//! cargo run --example own_storage -- collectstatic --dry-run     the commands over this storage
//! ```

use std::collections::BTreeMap;
use std::io;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use staticfiles::commands::Manage;
use staticfiles::storage::{Content, Metadata, Storage};
use staticfiles::{CollectOptions, Settings, StaticFiles, StaticName};

type Hash = u64;

/// Names, and the contents they share.
#[derive(Debug, Default)]
struct SharingStorage(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    names: BTreeMap<StaticName, Hash>,
    contents: BTreeMap<Hash, bytes::Bytes>,
}

impl SharingStorage {
    fn with<T>(&self, work: impl FnOnce(&mut Tables) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Storage for SharingStorage {
    fn open(&self, name: &StaticName) -> io::Result<Content> {
        self.with(|Tables { names, contents }| {
            let hash = names.get(name).ok_or(io::ErrorKind::NotFound)?;
            Ok(Content::Bytes(contents[hash].clone()))
        })
    }

    fn metadata(&self, name: &StaticName) -> io::Result<Metadata> {
        Ok(Metadata::new(self.open(name)?.read()?.len() as u64))
    }

    fn write(&self, name: &StaticName, content: &Content) -> io::Result<()> {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let bytes = content.read()?;
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(&bytes);
        self.with(|tables| {
            tables.contents.insert(hash, bytes);
            tables.names.insert(name.clone(), hash);
        });
        Ok(())
    }

    fn delete(&self, name: &StaticName) -> io::Result<()> {
        self.with(|tables| tables.names.remove(name).map(drop)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self) -> Box<dyn Iterator<Item = io::Result<(StaticName, Metadata)>> + '_> {
        let names: Vec<StaticName> = self.with(|tables| tables.names.keys().cloned().collect());
        Box::new(names.into_iter().map(|name| self.metadata(&name).map(|metadata| (name, metadata))))
    }
}

fn settings() -> Settings {
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/site");
    let apps = ["journal", "shop"].iter();
    apps.fold(Settings::new().debug(false), |settings, app| settings.app(*app, format!("{sources}/{app}")))
}

fn main() -> ExitCode {
    let manage = Manage::new(settings()).static_files(|builder| builder.storage(SharingStorage::default()));
    match manage.try_run().map_or_else(demonstrate, Ok) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn demonstrate() -> staticfiles::Result<ExitCode> {
    // Says what is wrong with a storage; worth a test of its own.
    staticfiles::testing::storage_contract(&SharingStorage::default());

    let static_files = StaticFiles::builder(settings()).storage(SharingStorage::default()).build()?;
    println!("{}", static_files.collect(&CollectOptions::new(), &|_event| {})?);
    static_files.reload()?;
    println!("{}", static_files.url("css/journal.css")?);
    Ok(ExitCode::SUCCESS)
}
