//! Every place of a repository in which a key can hide: one key of its own in each, and all are found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

use skout::rule::example::expand;
use world::World;

/// A key that belongs to one place.
fn key(place: &str) -> String {
    let text = expand(&format!("{place} «sk-<alnum:20>T3BlbkFJ<alnum:20>»")).unwrap();
    text.text[text.marked[0].clone()].to_owned()
}

fn line(place: &str) -> String {
    format!("OPENAI_API_KEY = \"{}\"\n", key(place))
}

/// Every byte of a key, written by `each`.
fn each(place: &str, each: impl Fn(&mut String, u8)) -> String {
    let mut out = String::new();
    key(place).bytes().for_each(|byte| each(&mut out, byte));
    out
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0_usize, |bits, b| bits << 8 | usize::from(*b)) << (8 * (3 - three.len()));
        for n in 0..4 {
            let digit = DIGITS[bits >> (18 - 6 * n) & 63];
            out.push(if n <= three.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// A zip of one member, deflated.
fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    let body = packer.finish().unwrap();
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    let mut fields = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0x58];
    for number in [sum.sum(), body.len() as u32, bytes.len() as u32] {
        fields.extend(number.to_le_bytes());
    }
    fields.extend((name.len() as u16).to_le_bytes());
    fields.extend([0, 0]);
    let mut out = [b"PK\x03\x04", &fields[..], name.as_bytes(), &body].concat();
    let directory = out.len() as u32;
    out.extend([b"PK\x01\x02\x14\x00", &fields[..], &[0; 14], name.as_bytes()].concat());
    let length = out.len() as u32 - directory;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend([length.to_le_bytes(), directory.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

/// The files of a work tree, each with the place that its key belongs to.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let escaped = each("escapes", |out, b| write!(out, "\\u{b:04x}").unwrap());
    let entities = each("entities", |out, b| write!(out, "&#{b};").unwrap());
    let percent = each("percent", |out, b| write!(out, "%{b:02X}").unwrap());
    let hex = each("hex", |out, b| write!(out, "{b:02x}").unwrap());
    let sum = key("sum");
    let cell = format!("{{\"cells\": [{{\"source\": [\"key = \\\"{}\\\"\\n\"]}}]}}\n", key("notebook"));
    vec![
        ("plain", line("plain").into()),
        ("utf16le", [&b"\xff\xfe"[..], &utf16(&line("utf16le"), true)].concat()),
        ("utf16be", utf16(&line("utf16be"), false)),
        (
            "utf32le",
            format!("\u{feff}{}", line("utf32le")).chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
        ),
        ("notebook", cell.into()),
        ("base64", format!("data: {}\n", base64(line("base64").as_bytes())).into()),
        ("hex", format!("blob = {hex}\n").into()),
        ("percent", format!("q={percent}\n").into()),
        ("escapes", format!("k = \"{escaped}\"\n").into()),
        ("entities", format!("<b>{entities}</b>\n").into()),
        ("sum", format!("api_key = \"{}\" + \"{}\"\n", &sum[..9], &sum[9..]).into()),
        ("zip", zip("a.env", line("zip").as_bytes())),
        ("gzip", gzip(line("gzip").as_bytes())),
        ("ignored", line("ignored").into()),
    ]
}

fn name(place: &str) -> String {
    let end = match place {
        "notebook" => "ipynb",
        "zip" => "zip",
        "gzip" => "gz",
        "entities" => "html",
        "sum" => "py",
        _ => "txt",
    };
    format!("{place}.{end}")
}

/// The places of `wanted` whose keys the report of these arguments does not show.
fn lost<'a>(world: &World, args: &[&str], wanted: &[&'a str]) -> Vec<&'a str> {
    let out = world.run(&[args, &["-f", "json", "--show-secrets"]].concat());
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let found: BTreeSet<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|f| f["secret"].as_str()).collect();
    wanted.iter().copied().filter(|place| !found.contains(key(place).as_str())).collect()
}

/// A repository with a key in every place of its work tree.
fn work_tree() -> (World, Vec<&'static str>) {
    let world = World::new();
    world.commit(".gitignore", "ignored.txt\n", "ignore");
    let files = files();
    for (place, content) in &files {
        world.stage(&name(place), content);
    }
    world.git(&["commit", "-q", "-m", "files"]);
    (world, files.iter().map(|(place, _)| *place).collect())
}

#[test]
fn every_place_of_a_work_tree_is_found() {
    let (world, places) = work_tree();
    assert_eq!(lost(&world, &["scan"], &places), [""; 0]);
}

#[test]
fn every_place_of_a_history_is_found() {
    let (world, mut places) = work_tree();
    world.commit("removed.env", line("removed"), "add");
    world.git(&["rm", "-q", "removed.env"]);
    world.git(&["commit", "-q", "-m", &format!("use {}", key("message"))]);
    world.git(&["tag", "-a", "v1", "-m", &format!("with {}", key("tag"))]);
    world.git(&["notes", "add", "-m", &format!("note {}", key("note"))]);
    world.commit("m.txt", "base\n", "base");
    world.git(&["checkout", "-q", "-b", "side"]);
    world.commit("m.txt", "side\n", "side");
    world.git(&["checkout", "-q", "main"]);
    world.commit("m.txt", "main\n", "main");
    assert!(!world.try_git(&["merge", "side"]).status.success());
    world.commit("m.txt", line("merge"), "merged");
    world.commit("m.txt", "gone\n", "gone");
    world.write("m.txt", line("stash"));
    world.git(&["stash", "-q"]);
    world.commit("d.txt", line("dangling"), "lost");
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    places.extend(["removed", "message", "tag", "note", "merge", "stash"]);
    for packed in [false, true] {
        if packed {
            world.git(&["repack", "-q", "-a", "-d", "-f", "-k"]);
        }
        assert_eq!(lost(&world, &["git", "--no-cache"], &places), [""; 0], "packed: {packed}");
        assert_eq!(lost(&world, &["git", "--no-cache"], &["dangling"]), ["dangling"]);
        let all = [&places[..], &["dangling"]].concat();
        assert_eq!(lost(&world, &["git", "--no-cache", "--include", "dangling"], &all), [""; 0]);
    }
}

#[test]
fn what_is_only_staged_is_found() {
    let world = World::new();
    world.stage("a.env", line("staged"));
    std::fs::remove_file(world.root().join("a.env")).unwrap();
    assert_eq!(lost(&world, &["git", "--staged"], &["staged"]), [""; 0]);
}
