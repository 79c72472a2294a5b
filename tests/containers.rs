//! What is in archives, packages and documents is read, at any depth, and bombs are not.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::Mutex;

use skout::glob::GlobSet;
use skout::source::{FileOptions, Files, Item, Source};

/// What a file turned out to hold: texts by name, and all that was said about the rest.
#[derive(Default, Debug)]
struct Held {
    texts: BTreeMap<String, String>,
    forms: Vec<String>,
    skipped: Vec<String>,
    trouble: Vec<String>,
    bytes: usize,
}

fn read(name: &str, bytes: &[u8]) -> Held {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let none = || GlobSet::new([]).unwrap();
    let options = FileOptions { gitignore: true, exclude: none(), include: none(), jobs: 1 };
    let held = Mutex::new(Held::default());
    let root = format!("{}/", folder.path().display()).replace('\\', "/");
    Files::new(vec![path], options).each(&|item| {
        let mut held = held.lock().unwrap();
        match item {
            Item::Blob(blob) => {
                let name = blob.path.strip_prefix(&root).unwrap().to_owned();
                held.forms.extend(blob.unpacked.iter().map(|f| (*f).to_owned()));
                held.bytes += blob.bytes.len();
                let text = String::from_utf8_lossy(blob.bytes);
                held.texts.entry(name).or_default().push_str(&text);
            }
            Item::Skipped { path, reason } => held.skipped.push(format!("{path}: {reason}")),
            Item::Trouble(error) => held.trouble.push(error.to_string()),
            _ => {}
        }
    });
    held.into_inner().unwrap()
}

/// Asserts that the file holds `text` under `member`, and that nothing went wrong.
fn holds(name: &str, bytes: &[u8], member: &str, text: &str) {
    let held = read(name, bytes);
    let found = held.texts.get(member).unwrap_or_else(|| panic!("{member} is not in {held:?}"));
    assert!(found.contains(text), "{held:?}");
    assert!(held.skipped.is_empty() && held.trouble.is_empty(), "{held:?}");
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

fn xz(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

fn sevenz(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    for (name, content) in members {
        let entry = sevenz_rust2::ArchiveEntry::new_file(name);
        writer.push_archive_entry(entry, Some(*content)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    for (name, content) in members {
        out.extend(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len()).bytes(),
        );
        out.extend(*content);
        out.extend(vec![b'\n'; content.len() % 2]);
    }
    out
}

fn cpio(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members.iter().chain([&("TRAILER!!!", &b""[..])]) {
        let numbers = [1, 0o100_644, 0, 0, 1, 0, content.len(), 0, 0, 0, 0, name.len() + 1, 0];
        out.extend(b"070701");
        numbers.iter().for_each(|n| out.extend(format!("{n:08x}").bytes()));
        out.extend(name.bytes().chain([0]));
        out.resize(out.len().next_multiple_of(4), 0);
        out.extend(*content);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

fn rpm(payload: &[u8]) -> Vec<u8> {
    let header = |entries: u32, data: &[u8]| {
        let mut out = b"\x8e\xad\xe8\x01\0\0\0\0".to_vec();
        out.extend(entries.to_be_bytes());
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(vec![0; entries as usize * 16]);
        out.extend(data);
        out
    };
    let mut out = b"\xed\xab\xee\xdb".to_vec();
    out.resize(96, 0);
    out.extend(header(2, b"abc"));
    out.resize(out.len().next_multiple_of(8), 0);
    out.extend(header(1, b"defgh"));
    out.extend(payload);
    out
}

#[test]
fn every_archive_is_opened_whatever_its_name() {
    let members: &[(&str, &[u8])] = &[("a/b.txt", b"the text"), ("c", b"other")];
    for (name, bytes) in [
        ("x.zip", zip(members)),
        ("x.whl", zip(members)),
        ("x", tar(members)),
        ("x.7z", sevenz(members)),
        ("x.crate", gzip(&tar(members))),
        ("x.tar.bz2", bzip2(&tar(members))),
        ("x.txz", xz(&tar(members))),
        ("x.tar.zst", zstd(&tar(members))),
        ("x.rpm", rpm(&gzip(&cpio(members)))),
        ("x.cpio", cpio(members)),
    ] {
        holds(name, &bytes, &format!("{name}!/a/b.txt"), "the text");
        holds(name, &bytes, &format!("{name}!/c"), "other");
    }
    let deb = ar(&[("debian-binary", b"2.0\n"), ("data.tar.xz/", &xz(&tar(members)))]);
    holds("x.deb", &deb, "x.deb!/data.tar.xz!/a/b.txt", "the text");
}

#[test]
fn a_compressed_file_keeps_its_name_and_says_how_it_was_compressed() {
    for (form, bytes) in
        [("gzip", gzip(b"log")), ("bzip2", bzip2(b"log")), ("xz", xz(b"log")), ("zstd", zstd(b"log"))]
    {
        let held = read("x.log", &bytes);
        assert_eq!(held.texts["x.log"], "log");
        assert_eq!(held.forms, [form]);
        let twice = [bytes.clone(), bytes].concat();
        assert_eq!(read("x.log", &twice).texts["x.log"], "loglog", "{form}");
    }
}

#[test]
fn archives_in_archives_are_opened() {
    let inner = zip(&[("d.txt", b"deep")]);
    let middle = gzip(&tar(&[("c.zip", &inner)]));
    let outer = sevenz(&[("b.tgz", &middle)]);
    holds("a.7z", &outer, "a.7z!/b.tgz!/c.zip!/d.txt", "deep");
}

#[test]
fn depth_is_limited_and_said() {
    let mut bytes = zip(&[("end", b"x")]);
    for _ in 0..12 {
        bytes = zip(&[("in.zip", &bytes)]);
    }
    let held = read("a.zip", &bytes);
    assert!(held.texts.is_empty(), "{held:?}");
    assert!(held.skipped[0].contains("archives deep"), "{held:?}");
}

#[test]
fn a_bomb_costs_a_message() {
    let zeros = vec![0; 64 << 20];
    let layer = gzip(&zeros);
    let members: Vec<(String, &[u8])> = (0..64).map(|n| (format!("{n}.gz"), layer.as_slice())).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(n, c)| (n.as_str(), *c)).collect();
    let bomb = gzip(&tar(&members));
    let held = read("a.tgz", &bomb);
    assert!(held.bytes < 400 << 20, "{}", held.bytes);
    assert_eq!(held.skipped.len(), 1, "{:?}", held.skipped);
    assert!(held.skipped[0].contains("unpacks to more than"), "{:?}", held.skipped);
}

#[test]
fn a_damaged_archive_is_trouble_that_names_it() {
    let members: &[(&str, &[u8])] = &[("a", &[7; 5000]), ("b", b"two")];
    for (name, bytes) in [
        ("x.zip", zip(members)),
        ("x.7z", sevenz(members)),
        ("x.tgz", gzip(&tar(members))),
        ("x.tbz", bzip2(&tar(members))),
        ("x.txz", xz(&tar(members))),
        ("x.tzst", zstd(&tar(members))),
        ("x.rpm", rpm(&gzip(&cpio(members)))),
        ("x.a", ar(members)),
        ("x.tar", tar(members)),
    ] {
        let held = read(name, &bytes[..bytes.len() * 2 / 3]);
        let all = [held.trouble.clone(), held.skipped.clone()].concat();
        let tar_ended = name == "x.tar" && held.texts.contains_key("x.tar!/a");
        assert!(all.iter().any(|t| t.contains(name)) || tar_ended, "{name}: {held:?}");
    }
}

#[test]
fn any_damage_ends_without_a_panic() {
    let members: &[(&str, &[u8])] = &[("a", &[7; 300]), ("b", b"two")];
    let all = [
        zip(members),
        sevenz(members),
        gzip(&tar(members)),
        xz(&tar(members)),
        zstd(&tar(members)),
        bzip2(&tar(members)),
        rpm(&cpio(members)),
        ar(members),
        database("a"),
        document("a"),
    ];
    for bytes in all {
        for at in (0..bytes.len()).step_by(bytes.len() / 120 + 1) {
            let mut bytes = bytes.clone();
            bytes[at] = bytes[at].wrapping_add(0x55);
            read("x", &bytes);
        }
    }
}

/// A database of one page with one row in a table.
fn database(text: &str) -> Vec<u8> {
    let mut page = vec![0; 4096];
    page[..16].copy_from_slice(b"SQLite format 3\0");
    page[16..18].copy_from_slice(&4096u16.to_be_bytes());
    let row = [&[3, 1, (text.len() * 2 + 13) as u8, 9][..], text.as_bytes()].concat();
    let cell = [&[row.len() as u8, 1][..], &row].concat();
    let at = 4096 - cell.len();
    page[at..].copy_from_slice(&cell);
    page[100] = 0x0d;
    page[103..105].copy_from_slice(&1u16.to_be_bytes());
    page[108..110].copy_from_slice(&(at as u16).to_be_bytes());
    page
}

fn document(shown: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 720 Td [({}) -20 ({})] TJ ET", &shown[..1], &shown[1..]);
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content.as_bytes()).unwrap();
    let packed = writer.finish().unwrap();
    let head = format!("%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode /Length {} >>\nstream\n", packed.len());
    [head.as_bytes(), &packed, b"\nendstream\nendobj\n"].concat()
}

#[test]
fn rows_of_a_database_and_pages_of_a_document_are_read() {
    holds("x.db", &database("the text in a row"), "x.db", "the text in a row");
    holds("x.pdf", &document("shown (in part\\)"), "x.pdf", "shown ");
    assert!(read("x.pdf", &document("secret")).texts["x.pdf"].contains("secret"));
    // `BT (shown) Tj ET`, deflated and written in digits to the base 85.
    let digits = r##"GhR3G;:$`:a=klg<!^TDE")gJ.38W;"##;
    let twice =
        format!("1 0 obj\n<< /Filter [ /ASCII85Decode /FlateDecode ] >>\nstream\n{digits}~>endstream\n");
    assert!(read("x.pdf", format!("%PDF-1.4\n{twice}").as_bytes()).texts["x.pdf"].contains("shown"));
}

#[test]
fn a_stream_that_wants_too_much_memory_is_left_out_and_said() {
    // A frame header with a window of 2^30 bytes, and an empty last block (RFC 8878, 3.1.1).
    let held = read("x.zst", b"\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00");
    assert!(held.trouble.is_empty() && held.skipped[0].contains("memory"), "{held:?}");
}

#[test]
fn a_damaged_bundle_is_trouble() {
    let held = read("x.bundle", b"# v2 git bundle\n\nPACK");
    assert!(held.trouble[0].contains("x.bundle"), "{held:?}");
}

#[test]
fn a_key_in_an_archive_of_a_commit_is_found_with_the_path_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-C"];
        let mut git = std::process::Command::new("git");
        let run = git.args(identity).arg(folder.path()).args(arguments).status().unwrap();
        assert!(run.success());
    };
    git(&["init", "-q"]);
    let letters = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = 7u64;
    let mut letter = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(letters[(state >> 33) as usize % letters.len()])
    };
    let body: String = (0..91).map(&mut letter).collect();
    let key = format!("sk-ant-{}03-{}A-{}AA", "api", &body[..85], &body[85..]);
    let bytes = zip(&[("app/.env", format!("KEY={key}\n").as_bytes())]);
    std::fs::write(folder.path().join("a.zip"), bytes).unwrap();
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "one"]);
    for command in [&["git"][..], &["scan"]] {
        let mut skout = std::process::Command::new(env!("CARGO_BIN_EXE_skout"));
        let run =
            skout.current_dir(folder.path()).args(command).args([".", "--format", "json"]).output().unwrap();
        let text = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(
            text.contains("a.zip!/app/.env"),
            "{command:?}: {text} {}",
            String::from_utf8_lossy(&run.stderr)
        );
        assert_eq!(run.status.code(), Some(1));
    }
}

/// A binary property list of one dictionary; the last value is UTF-16.
fn property_list(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = b"bplist00".to_vec();
    let count = u8::try_from(entries.len()).unwrap();
    let mut places = vec![bytes.len()];
    bytes.push(0xd0 | count);
    bytes.extend(1..=2 * count);
    for (key, _) in entries {
        places.push(bytes.len());
        bytes.push(0x50 | u8::try_from(key.len()).unwrap());
        bytes.extend(key.bytes());
    }
    for (n, (_, value)) in entries.iter().enumerate() {
        places.push(bytes.len());
        let units: Vec<u16> = value.encode_utf16().collect();
        let wide = n + 1 == entries.len();
        bytes.extend([if wide { 0x6f } else { 0x5f }, 0x10, u8::try_from(units.len()).unwrap()]);
        match wide {
            true => bytes.extend(units.iter().flat_map(|unit| unit.to_be_bytes())),
            false => bytes.extend(value.bytes()),
        }
    }
    let table = bytes.len() as u64;
    bytes.extend(places.iter().map(|at| u8::try_from(*at).unwrap()));
    bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
    bytes.extend((places.len() as u64).to_be_bytes());
    bytes.extend(0u64.to_be_bytes());
    bytes.extend(table.to_be_bytes());
    bytes
}

#[test]
fn binary_property_lists_are_read_as_names_and_values() {
    let bytes = property_list(&[("user", "ann"), ("password", "hunter2-and-more"), ("note", "f\u{fc}r")]);
    let text = "\"user\" = \"ann\";\n\"password\" = \"hunter2-and-more\";\n\"note\" = \"f\u{fc}r\";\n";
    holds("a.plist", &bytes, "a.plist", text);
    for cut in [9, 40, bytes.len() - 1] {
        let held = read("a.plist", &bytes[..cut]);
        assert_eq!(held.trouble.len(), 1, "{held:?}");
    }
    // Counts that no file can hold.
    let mut wrong = bytes.clone();
    let trailer = wrong.len() - 32;
    wrong[trailer + 8..trailer + 16].fill(0xff);
    assert_eq!(read("a.plist", &wrong).trouble.len(), 1);
}

#[test]
fn lzma_is_read_by_its_header() {
    let mut packed = Vec::new();
    let options = lzma_rust2::LzmaOptions::with_preset(6);
    let mut writer = lzma_rust2::LzmaWriter::new_use_header(&mut packed, &options, None).unwrap();
    writer.write_all(b"log").unwrap();
    writer.finish().unwrap();
    holds("a.env.lzma", &packed, "a.env.lzma", "log");
    // A text may begin with the same byte.
    holds("a.txt", b"] and more of it", "a.txt", "] and more");
}

#[test]
fn wide_texts_and_the_log_of_a_database_are_read() {
    let units = |high: bool| -> Vec<u8> {
        "the row".encode_utf16().flat_map(|u| if high { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    for (encoding, high) in [(2, false), (3, true)] {
        let mut page = database("");
        page[56..60].copy_from_slice(&[0, 0, 0, encoding]);
        let text = units(high);
        let record = [&[2, 13 + 2 * u8::try_from(text.len()).unwrap()][..], &text].concat();
        let cell = [&[u8::try_from(record.len()).unwrap(), 1][..], &record].concat();
        let at = page.len() - cell.len();
        page[at..].copy_from_slice(&cell);
        page[108..110].copy_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
        holds("a.db", &page, "a.db", "the row");
    }
    let page = database("the row");
    let salt = *b"saltsalt";
    let mut log = b"\x37\x7f\x06\x82\0\x2d\xe2\x18".to_vec();
    log.extend(u32::try_from(page.len()).unwrap().to_be_bytes());
    log.extend([0; 4]);
    log.extend(salt);
    log.extend([0; 8]);
    let frame = |number: u32, salt: &[u8], page: &[u8]| {
        [&number.to_be_bytes()[..], &[0; 4], salt, &[0; 8], page].concat()
    };
    log.extend(frame(1, &salt, &page));
    log.extend(frame(1, b"old salt", &database("left over")));
    holds("a.db-wal", &log, "a.db-wal", "the row");
    assert!(!read("a.db-wal", &log).texts["a.db-wal"].contains("left over"));
    // A number of a page that no file can have.
    log.extend(frame(u32::MAX, &salt, &page));
    holds("a.db-wal", &log, "a.db-wal", "the row");
}
