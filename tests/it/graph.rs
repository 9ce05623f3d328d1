//! Names in dependency order: laws over random graphs of style sheets (B3, design of the graph).

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use staticfiles::finders::{Finder, FoundFile, Ignore};
use staticfiles::storage::{Content, MemoryStorage, Storage};
use staticfiles::{CollectOptions, Settings, StaticFiles, StaticName};

/// Sheets that refer to others, cycles and themselves included, and images that end the ways.
#[derive(Debug, Clone)]
struct Graph {
    /// For each sheet the nodes that it refers to: sheets first, then images.
    edges: Vec<Vec<usize>>,
    images: usize,
}

fn graph() -> impl Strategy<Value = Graph> {
    (1..12_usize, 1..5_usize).prop_flat_map(|(sheets, images)| {
        let targets = prop::collection::vec(0..sheets + images, 0..4);
        prop::collection::vec(targets, sheets).prop_map(move |edges| Graph { edges, images })
    })
}

impl Graph {
    fn nodes(&self) -> usize {
        self.edges.len() + self.images
    }

    fn name(&self, node: usize) -> String {
        // Over several directories, in an order that is not that of the numbers.
        let directory = ["", "a/", "z/b/"][node % 3];
        if node < self.edges.len() {
            format!("{directory}s{}.css", 9999 - node)
        } else {
            format!("{directory}i{node}.png")
        }
    }

    /// The texts; `changed` is a node with other content than without.
    fn files(&self, changed: Option<usize>) -> Vec<(StaticName, String)> {
        let text = |node: usize| {
            let mark = if changed == Some(node) { "/* changed */" } else { "/* as ever */" };
            let edges = self.edges.get(node).map(Vec::as_slice).unwrap_or_default();
            let references = edges.iter().map(|target| format!("a{{b:url(\"/static/{}\")}}", self.name(*target)));
            // Contents differ, so that names do.
            mark.to_owned() + &node.to_string() + &references.collect::<String>()
        };
        (0..self.nodes()).map(|node| (StaticName::new(self.name(node)).expect("a name"), text(node))).collect()
    }

    /// The nodes from which there is a way to `target`, itself included.
    fn ancestors(&self, target: usize) -> BTreeSet<String> {
        let mut reached = BTreeSet::from([target]);
        loop {
            let before = reached.len();
            let reaching = (0..self.edges.len()).filter(|node| self.edges[*node].iter().any(|to| reached.contains(to)));
            reached.extend(reaching.collect::<Vec<_>>());
            if reached.len() == before {
                return reached.into_iter().map(|node| self.name(node)).collect();
            }
        }
    }
}

#[derive(Debug)]
struct Files(Vec<(StaticName, String)>);

impl Finder for Files {
    fn find(&self, name: &StaticName) -> staticfiles::Result<Option<FoundFile>> {
        Ok(self.0.iter().find(|(other, _)| other == name).map(found))
    }

    fn list<'a>(&'a self, _: &'a Ignore) -> Box<dyn Iterator<Item = staticfiles::Result<FoundFile>> + 'a> {
        Box::new(self.0.iter().map(found).map(Ok))
    }

    fn location(&self) -> String {
        "memory".to_owned()
    }
}

fn found((name, text): &(StaticName, String)) -> FoundFile {
    FoundFile::new(name.clone(), Content::Bytes(text.clone().into()), text.len() as u64, name.as_str())
}

/// Logical names and what is published under the stored ones.
fn collected(
    files: Vec<(StaticName, String)>,
    threads: usize,
) -> (BTreeMap<String, String>, BTreeMap<String, Vec<u8>>) {
    #[derive(Debug, Clone)]
    struct Shared(std::sync::Arc<MemoryStorage>);
    impl Storage for Shared {
        fn open(&self, name: &StaticName) -> std::io::Result<Content> {
            self.0.open(name)
        }
        fn metadata(&self, name: &StaticName) -> std::io::Result<staticfiles::storage::Metadata> {
            self.0.metadata(name)
        }
        fn write(&self, name: &StaticName, content: &Content) -> std::io::Result<()> {
            self.0.write(name, content)
        }
        fn delete(&self, name: &StaticName) -> std::io::Result<()> {
            self.0.delete(name)
        }
        fn list(&self) -> Box<dyn Iterator<Item = std::io::Result<(StaticName, staticfiles::storage::Metadata)>> + '_> {
            self.0.list()
        }
    }
    let storage = Shared(Default::default());
    let builder = StaticFiles::builder(Settings::new().debug(false)).finder(Files(files)).storage(storage.clone());
    let static_files = builder.build_for_collecting().expect("static files");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| static_files.collect(&CollectOptions::new(), &|_| {})).expect("collected");
    let bytes = |name: &str| {
        let name = StaticName::new(name).expect("a name");
        storage.open(&name).and_then(|content| content.read()).expect("published").to_vec()
    };
    let manifest: serde_json::Value = serde_json::from_slice(&bytes("staticfiles.json")).expect("JSON");
    let paths: BTreeMap<String, String> = serde_json::from_value(manifest["paths"].clone()).expect("paths");
    let published = paths.values().map(|stored| (stored.clone(), bytes(stored))).collect();
    (paths, published)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_change_renames_exactly_what_leads_to_it_and_a_name_means_one_content(
        graph in graph(), changed in any::<prop::sample::Index>()
    ) {
        let changed = changed.index(graph.nodes());
        let (before, bytes_before) = collected(graph.files(None), 2);
        let (after, bytes_after) = collected(graph.files(Some(changed)), 2);
        let renamed: BTreeSet<String> =
            before.iter().filter(|(name, stored)| after[*name] != **stored).map(|(name, _)| name.clone()).collect();
        prop_assert_eq!(renamed, graph.ancestors(changed));
        for (stored, bytes) in &bytes_before {
            prop_assert!(bytes_after.get(stored).is_none_or(|after| after == bytes), "{} has two contents", stored);
        }
        // Every reference leads to a file that is there.
        for (stored, bytes) in &bytes_after {
            let text = String::from_utf8_lossy(bytes).into_owned();
            for reference in text.split("/static/").skip(1) {
                let target = reference.split('"').next().unwrap_or_default();
                prop_assert!(bytes_after.contains_key(target), "{} refers to {}", stored, target);
            }
        }
    }

    #[test]
    fn neither_order_nor_threads_play_a_part(graph in graph(), seed in any::<u64>()) {
        let expected = collected(graph.files(None), 1);
        let mut files = graph.files(None);
        files.sort_by_key(|(name, _)| {
            use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
            BuildHasherDefault::<DefaultHasher>::default().hash_one((seed, name.as_str()))
        });
        prop_assert_eq!(collected(files, 4), expected);
    }
}

/// Deeper than any stack, and a circle as large.
#[test]
fn chains_and_circles_of_any_length_are_named() {
    for is_circle in [false, true] {
        let edges = (0..3000).map(|node| match node {
            2999 if is_circle => vec![0],
            2999 => vec![],
            node => vec![node + 1],
        });
        let graph = Graph { edges: edges.collect(), images: 0 };
        let (paths, _) = collected(graph.files(None), 2);
        assert_eq!(paths.len(), 3000);
    }
}
