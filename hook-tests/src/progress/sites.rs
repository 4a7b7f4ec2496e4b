//! The names of sites in the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Sites that no operation on a shared map reaches.
pub(super) const OWNERS_ONLY: [(&str, &str); 7] = [
    ("TAKE_ROOT", "into_iter and the drop of the map own it"),
    ("TAKE_NEXT", "the same"),
    ("LOAD_OWNED", "the same"),
    ("ESCAPE_READ", "the same"),
    ("OWNER_TAKE", "into_iter and the drop of the map own the key"),
    ("COUNT_FORGET", "the same"),
    ("STRIPES_DROP", "the drop of a counter owns it"),
];

/// All names in the layers of the map above the platform.
pub(super) fn in_sources() -> BTreeSet<String> {
    let names = in_layers(&["api", "map", "table", "reclaim"]);
    assert!(names.len() > 50, "only {} sites found in the sources", names.len());
    names
}

/// All names in some folders of the sources.
pub(super) fn in_layers(layers: &[&str]) -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let mut names = BTreeSet::new();
    layers.iter().for_each(|layer| add_names(&sources.join(layer), &mut names));
    names
}

fn add_names(path: &Path, names: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a layer of the crate") {
            add_names(&entry.expect("an entry of a folder").path(), names);
        }
        return;
    }
    let text = fs::read_to_string(path).expect("a source file");
    for after in text.split("site!(").skip(1) {
        let name: String = after.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
        if after[name.len()..].trim_start().starts_with(':') {
            names.insert(name);
        }
    }
}
