//! Prepares the built-in rules before run time: `rules/*.toml` becomes static tables, so that starting
//! costs no parsing. See `src/ARCHITECTURE.md`, "Start-up".

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/detect/anchors/choice.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate uses the rest")]
mod choice;
#[path = "src/detect/decode/anchors.rs"]
#[allow(dead_code, reason = "the crate uses the rest")]
mod decode;
#[path = "src/detect/anchors/frequency.rs"]
mod frequency;
#[path = "src/detect/anchors/literal.rs"]
#[allow(unreachable_pub, reason = "the crate uses it")]
mod literal;
#[path = "src/rule/rule.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate uses the rest")]
mod rule;
#[path = "src/rule/schema.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate uses the rest")]
mod schema;
#[path = "src/rule/shape.rs"]
#[allow(unreachable_pub, reason = "the crate uses it")]
mod shape;
#[path = "src/detect/anchors/table.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate uses the rest")]
mod table;

use literal::Literal;
use rule::Rule;
use schema::{RuleEntry, RuleFile, Syntax};
use table::Table;

/// A rule with the provider of its file.
type Provided = (String, RuleEntry);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=rules");
    for source in
        ["rule/rule.rs", "rule/schema.rs", "rule/shape.rs", "detect/anchors", "detect/decode/anchors.rs"]
    {
        println!("cargo::rerun-if-changed=src/{source}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let rules = read_rules(Path::new("rules"));
    fs::write(out.join("rules.rs"), rules_source(&rules, &out)).expect("OUT_DIR can be written");
    let anchors = anchor_actions(&rules);
    let keywords = keyword_actions(&rules);
    let source = anchors_source("prepared_anchors", anchors, &out)
        + &anchors_source("prepared_keywords", keywords, &out);
    fs::write(out.join("anchors.rs"), source).expect("OUT_DIR can be written");
    let words = fs::read_to_string("rules/words/words.txt").expect("rules/words/words.txt is UTF-8");
    fs::write(out.join("words.rs"), words_source(&words)).expect("OUT_DIR can be written");
}

/// Rust source of the judges' word lists: each `[section]` becomes a sorted array.
fn words_source(text: &str) -> String {
    let mut lists = BTreeMap::<String, BTreeSet<String>>::new();
    let mut section = String::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            Some(name) => section = name.replace('-', "_").to_uppercase(),
            None => lists
                .entry(section.clone())
                .or_default()
                .extend(line.split_whitespace().map(str::to_lowercase)),
        }
    }
    let source = |(name, words): (&String, &BTreeSet<String>)| {
        format!(
            "/// The words of the section of that name.\npub(crate) static {name}: &[&str] = &{words:?};\n"
        )
    };
    lists.iter().map(source).collect::<String>().replace('{', "[").replace('}', "]")
}

/// All rules, by file name and then as written.
fn read_rules(folder: &Path) -> Vec<Provided> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder rules/ is there")
        .map(|entry| entry.expect("rules/ can be listed").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let mut rules = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("a rule file is UTF-8");
        let file = RuleFile::parse(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        rules.extend(file.rules.into_iter().map(|rule| (file.provider.clone(), rule)));
    }
    if let Some(id) = schema::duplicate_id(rules.iter().map(|(_, rule)| rule.id.as_str())) {
        panic!("two rules have the id {id}");
    }
    rules
}

/// The anchors of all rules and of all encoded forms, with what each is for.
fn anchor_actions(rules: &[Provided]) -> BTreeMap<(Vec<u8>, bool), Vec<String>> {
    let mut wanted = BTreeMap::<_, Vec<String>>::new();
    for (n, (_, rule)) in rules.iter().enumerate() {
        for brand in rule.keywords.iter().filter(|_| rule.brand) {
            for spelling in schema::spellings(brand) {
                wanted.entry((spelling, false)).or_default().push(format!("Action::Rule({n})"));
            }
        }
        for anchor in &rule.anchors {
            let word = rule.syntax == Syntax::Assignment && !anchor.bytes().any(|b| b.is_ascii_uppercase());
            let Literal { bytes, caseless } = match rule.syntax {
                Syntax::Pattern => Literal::of_pattern(anchor),
                _ => Literal { bytes: anchor.as_bytes().to_vec(), caseless: word },
            };
            wanted.entry((bytes, caseless)).or_default().push(format!("Action::Rule({n})"));
        }
    }
    let plain: Vec<&str> = rules
        .iter()
        .filter(|(_, rule)| rule.syntax == Syntax::Pattern)
        .flat_map(|(_, rule)| rule.anchors.iter().map(String::as_str))
        .collect();
    for (bytes, caseless, form) in decode::anchors(&plain) {
        wanted.entry((bytes, caseless)).or_default().push(format!("Action::Decode({form})"));
    }
    wanted
}

/// The keywords of all rules.
fn keyword_actions(rules: &[Provided]) -> BTreeMap<(Vec<u8>, bool), Vec<String>> {
    let mut wanted = BTreeMap::<_, Vec<String>>::new();
    for (n, (_, rule)) in rules.iter().enumerate() {
        for keyword in &rule.keywords {
            for bytes in schema::forms(keyword) {
                wanted.entry((bytes, true)).or_default().push(format!("Action::Rule({n})"));
            }
        }
    }
    wanted
}

/// Rust source of a function that returns the prepared anchors. What is plain bytes goes into files beside
/// it in `folder`: they compile faster than lists of numbers.
fn anchors_source(name: &str, wanted: BTreeMap<(Vec<u8>, bool), Vec<String>>, folder: &Path) -> String {
    let literals: Vec<Literal> = wanted
        .keys()
        .map(|(bytes, caseless)| Literal { bytes: bytes.clone(), caseless: *caseless })
        .collect();
    let table = Table::new(&literals, &choice::together(&literals));
    let (mut starts, mut actions) = (vec![0], Vec::new());
    for mut list in wanted.into_values() {
        list.dedup();
        actions.extend(list);
        starts.push(actions.len());
    }
    let mut out = format!("fn {name}() -> Anchors {{\n");
    let mut array = |kind: &str, what: &str, text: String| {
        writeln!(out, "    static {what}: &[{kind}] = &{text};").expect("a string takes any text");
    };
    array("u32", "STARTS", format!("{:?}", table.starts));
    array("Entry", "ENTRIES", format!("{:?}", table.entries));
    array("u32", "LITERALS", format!("{:?}", table.literals));
    array("u16", "FIRST", format!("{starts:?}"));
    array("Action", "ACTIONS", format!("[{}]", actions.join(", ")));
    for (what, bytes) in [("MASK", &table.mask), ("FILTER", &table.filter), ("POOL", &table.pool)] {
        let file = format!("{name}.{}", what.to_lowercase());
        fs::write(folder.join(&file), bytes).expect("OUT_DIR can be written");
        writeln!(out, "    static {what}: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"));")
            .expect("a string takes any text");
    }
    out + "    let table = Table { mask: Cow::Borrowed(MASK), filter: Cow::Borrowed(FILTER), starts: Cow::Borrowed(STARTS), \
           entries: Cow::Borrowed(ENTRIES), pool: Cow::Borrowed(POOL), literals: Cow::Borrowed(LITERALS) };\n    \
           Anchors { table, starts: Cow::Borrowed(FIRST), actions: Cow::Borrowed(ACTIONS) }\n}\n"
}

/// Rust source of the built-in rules; they themselves go, packed, into a file beside it in `folder`. Nothing in it is an
/// address, so that nothing has to be done to it when the program is loaded.
fn rules_source(rules: &[Provided], folder: &Path) -> String {
    let (mut packed, mut starts) = (Vec::new(), vec![0]);
    let (mut called, mut files) = (String::new(), Vec::new());
    for (n, (provider, entry)) in rules.iter().enumerate() {
        let rule = Rule::from_entry(provider, entry).unwrap_or_else(|e| panic!("{e}"));
        packed.extend(postcard::to_allocvec(&rule).expect("a rule can be packed"));
        starts.push(packed.len());
        if rule.is_called() && !rule.paths.is_empty() {
            files.push(n);
        }
        if rule.is_called() && !rule.is_file() {
            write!(called, "({n}, {:?}), ", rule.value_shape()).expect("a string takes any text");
        }
    }
    fs::write(folder.join("rules.packed"), &packed).expect("OUT_DIR can be written");
    let mut hasher = DefaultHasher::new();
    packed.hash(&mut hasher);
    let (count, print) = (rules.len(), hasher.finish());
    format!(
        "/// How many rules there are.\npub(crate) const COUNT: usize = {count};\n\
         /// The rules one after the other.\n\
         static PACKED: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/rules.packed\"));\n\
         /// Where each begins, and where the last ends.\nstatic STARTS: &[u32] = &{starts:?};\n\
         /// A hash of them all.\npub(crate) const PRINT: u64 = {print};\n\
         /// Those that are called by keyword, each with what its values have in common.\n\
         pub(crate) static CALLED: &[(u16, Shape)] = &[{called}];\n\
         /// Those that are tried on files of certain names that hold nothing but one value.\n\
         pub(crate) static FILES: &[u16] = &{files:?};\n"
    )
}
