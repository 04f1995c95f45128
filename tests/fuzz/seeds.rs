//! What fuzzing starts from: seeds and dictionaries for each target, made from the goldens.
//!
//! `fuzz-seeds DIRECTORY` writes `seeds/TARGET/*` and `dictionaries/TARGET` below it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message as _;
use wheelbase::lock::{FORMATS, Request};
use wheelbase::options::OPTIONS;
use wheelbase::spec;
use wheelbase::text::Files;
use wheelbase_tests::golden::{GoldenLock, descriptions, locks};
use wheelbase_tests::graph::{DESCRIPTION, Machine, build, read, selection};
use wheelbase_tests::wheel::Wheel;

/// Larger ones slow a fuzzer down, and hold nothing that smaller ones do not.
const LARGEST: usize = 12 << 10;

fn main() {
    let directory = PathBuf::from(env::args().nth(1).expect("the directory to write to"));
    let locks: Vec<GoldenLock> =
        locks().into_iter().map(|lock| GoldenLock { text: lock.shortened(), ..lock }).collect();
    let descriptions = descriptions();
    write(&directory, "locks", lock_seeds(&locks), &[lock_words(&locks), words(LOCK_WORDS)].concat());
    let described = descriptions.iter().map(|text| [b"0", text.as_bytes()].concat());
    let parts = descriptions.iter().map(|text| format!("1[tool.wheelbase]\n{text}").into_bytes());
    write(&directory, "description", described.chain(parts).collect(), &description_words());
    write(
        &directory,
        "options",
        words(OPTION_LINES).into_iter().map(String::into_bytes).collect(),
        &options(),
    );
    write(&directory, "archive", archives(), &words(ARCHIVE_WORDS));
    write(
        &directory,
        "definition",
        definitions(&locks),
        &words(&["local://", "docker-image://", "git://", "sha256:"]),
    );
}

fn write(directory: &Path, target: &str, seeds: Vec<Vec<u8>>, dictionary: &[String]) {
    let below = directory.join("seeds").join(target);
    fs::create_dir_all(&below).expect("the directory can be made");
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(below.join(format!("{number:03}")), seed).expect("a seed can be written");
    }
    let lines: BTreeSet<String> = dictionary.iter().map(|word| format!("\"{}\"\n", escaped(word))).collect();
    fs::create_dir_all(directory.join("dictionaries")).expect("the directory can be made");
    fs::write(directory.join("dictionaries").join(target), lines.into_iter().collect::<String>())
        .expect("a dictionary can be written");
}

/// As libFuzzer reads it.
fn escaped(word: &str) -> String {
    let escape = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        other => format!("\\x{other:02X}"),
    };
    word.bytes().map(escape).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Locks of few lines, with the number of their format: a fuzzer does most with what is short.
const SMALL: &[(u8, &str)] = &[
    (
        0,
        "version = 1\nrequires-python = \">=3.11\"\n[[package]]\nname = \"r\"\nversion = \"1\"\nsource = { virtual = \".\" }\n\
         dependencies = [{ name = \"a\", marker = \"os_name != 'nt'\" }, { name = \"g\" }]\n[package.dev-dependencies]\n\
         dev = [{ name = \"a\", extra = [\"x\"] }]\n[[package]]\nname = \"a\"\nversion = \"1\"\n\
         source = { registry = \"https://h/simple\" }\nwheels = [{ url = \"https://h/a-1-py3-none-any.whl\", hash = \"sha256:HASH\" }]\n\
         [[package]]\nname = \"g\"\nversion = \"1\"\nsource = { git = \"https://h/g?rev=b#0123456789abcdef0123456789abcdef01234567\" }\n",
    ),
    (
        1,
        "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nmarker = \"'dev' in dependency_groups\"\n\
         sdist = { url = \"https://h/a-1.tar.gz\", size = 1, hashes = { sha256 = \"HASH\" } }\n[[packages]]\nname = \"d\"\n\
         directory = { path = \"d\", editable = true }\n[[packages]]\nname = \"v\"\nvcs = { type = \"git\", \
         url = \"https://h/v\", commit-id = \"0123456789abcdef0123456789abcdef01234567\" }\n",
    ),
    (
        2,
        "[[package]]\nname = \"a\"\nversion = \"1\"\noptional = false\npython-versions = \">=3.8\"\ngroups = [\"main\"]\n\
         markers = \"extra == 'yaml'\"\nfiles = [{ file = \"a-1.tar.gz\", hash = \"sha256:HASH\" }]\n[extras]\nyaml = [\"a\"]\n\
         [metadata]\nlock-version = \"2.1\"\npython-versions = \">=3.11\"\ncontent-hash = \"x\"\n",
    ),
    (
        3,
        "[metadata]\ngroups = [\"default\", \"dev\"]\nstrategy = [\"inherit_metadata\"]\nlock_version = \"4.5.0\"\n\
         [[metadata.targets]]\nrequires_python = \">=3.11\"\n[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"default\"]\n\
         files = [{ file = \"a-1-py3-none-any.whl\", hash = \"sha256:HASH\" }]\n[[package]]\nname = \"p\"\nversion = \"1\"\n\
         path = \"./p\"\neditable = true\ngroups = [\"default\"]\n",
    ),
    (
        4,
        "{\"_meta\": {\"requires\": {\"python_version\": \"3.12\"}, \"sources\": [{\"name\": \"pypi\", \"url\": \"https://h/simple\", \
         \"verify_ssl\": true}]},\n\"default\": {\"a\": {\"hashes\": [\"sha256:HASH\"], \"index\": \"pypi\", \"markers\": \
         \"python_version >= '3.9'\", \"version\": \"==1\"}, \"p\": {\"editable\": true, \"path\": \".\"}},\n\"develop\": {}}\n",
    ),
    (
        5,
        "--index-url https://h/simple\n-e ./p\na[x]==1 ; python_version >= '3.8' \\\n    --hash=sha256:HASH # why\n\
         g @ git+https://h/g@0123456789abcdef0123456789abcdef01234567#subdirectory=s\nhttps://h/b-1-py3-none-any.whl --hash=sha256:HASH\n\
         \0[project]\nname = \"p\"\nversion = \"1\"\n",
    ),
    (5, "-r b.txt\n-c c.txt\na>=1\n\0b~=2\n--extra-index-url https://h/simple\n"),
    (
        7,
        "[project]\nname = \"p\"\nversion = \"1\"\nrequires-python = \">=3.11\"\ndependencies = [\"a[x]>=1; os_name == 'posix'\"]\n\
         [project.optional-dependencies]\nyaml = [\"p[all]\"]\nall = [\"b\"]\n[dependency-groups]\ndev = [\"c\", { include-group = \"d\" }]\n\
         d = []\n[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n",
    ),
];

fn lock_seeds(locks: &[GoldenLock]) -> Vec<Vec<u8>> {
    let small = |(pick, text): &(u8, &str)| {
        let text = text.replace("HASH", &"0".repeat(64));
        [*pick, pick | 0x80].map(|pick| [&[pick], text.as_bytes()].concat())
    };
    let mut seeds: Vec<Vec<u8>> = SMALL.iter().flat_map(small).collect();
    for lock in locks.iter().filter(|lock| lock.text.len() < LARGEST) {
        let format = FORMATS.iter().zip(0_u8..).find(|(row, _)| row.format == lock.row.format);
        let (_, pick) = format.expect("the format has a row");
        let more = lock.project.as_ref().map(|project| format!("\0{project}")).unwrap_or_default();
        for pick in [pick, pick | 0x80, pick | 0x40] {
            seeds.push([&[pick], lock.text.as_bytes(), more.as_bytes()].concat());
        }
        seeds.extend(lock.project.as_ref().map(|project| [&[7], project.as_bytes()].concat()));
    }
    seeds
}

/// What stands before `=` and `:` in the locks: every key that there is.
fn lock_words(locks: &[GoldenLock]) -> Vec<String> {
    let mut keys = BTreeSet::new();
    for line in locks
        .iter()
        .flat_map(|lock| lock.text.lines())
        .chain(locks.iter().flat_map(|lock| lock.project.iter().flat_map(|text| text.lines())))
    {
        for piece in line.split(['{', ',', ';']) {
            if let Some((key, _)) = piece.split_once(" = ").or_else(|| piece.split_once(": ")) {
                let key = key.trim();
                let plain = |c: char| c.is_ascii_alphanumeric() || "-_\"".contains(c);
                if key.len() < 24 && key.chars().all(plain) && !key.chars().any(|c| c.is_ascii_digit()) {
                    keys.insert(key.to_owned());
                }
            }
        }
        if line.starts_with('[') && line.len() < 40 {
            keys.insert(format!("{line}\n"));
        }
    }
    keys.into_iter().collect()
}

const LOCK_WORDS: &[&str] = &[
    "\n-r a.txt\n",
    "\n-c a.txt\n",
    "\n-e ",
    "--hash=sha256:",
    "--index-url ",
    "--extra-index-url ",
    "--find-links ",
    "--no-index",
    "--no-binary ",
    ":all:",
    "--only-binary ",
    "--pre",
    "--require-hashes",
    "\\\n",
    " #",
    "${A}",
    "==",
    "===",
    "~=",
    ">=",
    "<",
    "!=",
    ".*",
    "1.0",
    "1!2.0.post1.dev2+local.1",
    "a @ ",
    "file:",
    "file:///",
    "https://h/",
    "git+https://h/a.git@",
    "git+ssh://git@h/a",
    "hg+http://h/a",
    "#egg=",
    "#sha256=",
    "&subdirectory=",
    "../",
    "./",
    "[a,b]",
    ".tar.gz",
    ".zip",
    ".whl",
    "a-1-py3-none-any.whl",
    "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "musllinux_1_2_aarch64",
    "abi3",
    "none",
    "any",
    "%2B",
    "%00",
    "python_version",
    "python_full_version",
    "sys_platform",
    "platform_machine",
    "platform_release",
    "platform_python_implementation",
    "implementation_name",
    "os_name",
    "extra == 'a'",
    "extras",
    "dependency_groups",
    " and ",
    " or ",
    " not in ",
    " in ",
    "'linux'",
    "'3.13'",
    "editable = \".\"",
    "virtual = \".\"",
    "directory = \"a\"",
    "path = \"a.whl\"",
    "registry = \"https://h/simple\"",
    "git = \"https://h/a?rev=b#",
    "url = \"https://h/a-1.tar.gz\"",
    "[tool.poetry.dependencies]\n",
    "[project.optional-dependencies]\n",
    "[dependency-groups]\n",
    "include-group",
    "0123456789abcdef0123456789abcdef01234567",
    "\u{feff}",
    "\u{e9}",
    "\"\"\"",
    "'''",
];

fn description_words() -> Vec<String> {
    let mut keys = BTreeSet::new();
    collect_keys(&spec::json_schema(), &mut keys);
    let more = [
        "[stages.a]\n",
        "[stages.app]\n",
        "[stages.wheels]\n",
        "[stages.test]\n",
        "[[index]]\n",
        "[args]\n",
        "[env]\n",
        "${{ TAG }}",
        "$${{",
        "scratch",
        "tools",
        "python:3.13",
        "@sha256:",
        "/run/secrets/",
        "../",
        "5000/udp",
        "30s",
        "https://u:p@h/simple",
        "\"\"\"",
        "'''",
        "0o755",
        "\"0755\"",
        "1:2",
        "root",
    ];
    keys.into_iter().map(|key| format!("{key} = ")).chain(words(&more)).collect()
}

/// The names of all properties of a schema.
fn collect_keys(schema: &serde_json::Value, into: &mut BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(map) => {
            if let Some(properties) = map.get("properties").and_then(serde_json::Value::as_object) {
                into.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| collect_keys(value, into));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| collect_keys(value, into)),
        _ => {}
    }
}

fn options() -> Vec<String> {
    let keys = OPTIONS.iter().map(|row| format!("\n{}=", row.key.to_string().replace('*', "a")));
    let values = [
        "true",
        "linux/amd64",
        "linux/arm/v7",
        "docker-image://",
        "oci-layout://",
        "https://h/a.git#main:sub",
        "git@h:a/b.git",
        "target:",
        "input:",
        "local:",
        "::linux/arm64",
        "nofile=1:2",
        "type=registry,ref=",
        "[{\"Type\":\"",
        "\"Attrs\":{\"",
        "@sha256:",
        "localhost:5000/",
        "{\"containerimage.config\":\"",
        "?ref=",
        "&subdir=",
        "\"\"",
        "{\"config\":{\"Env\":[\"A=b\"],\"Labels\":{}},\"rootfs\":{},\"history\":[]}",
        "\"os\":\"linux\"",
        "!",
        "**/",
    ];
    keys.chain(words(&values)).collect()
}

const OPTION_LINES: &[&str] = &[
    "platform=linux/amd64,linux/arm64/v8\nmulti-platform=true\nlabel:a=b\nbuild-arg:A=1=2",
    "context=https://example.com/a.git?ref=main&subdir=x#main:sub\nbuild-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR=1",
    "context:base=docker-image://python:3.13@sha256:0000000000000000000000000000000000000000000000000000000000000000\ncontext:x::linux/amd64=oci-layout://s@sha256:00",
    "context:y=input:z\ninput-metadata:z={\"containerimage.config\":\"e30=\"}\ncontext:l=local:l\nlocal-sessionid:l=s",
    "add-hosts=db=10.0.0.1,v6=::1\nulimit=nofile=1024:2048,core=-1\nshm-size=67108864\nforce-network-mode=none\nhostname=a",
    "cache-imports=[{\"Type\":\"registry\",\"Attrs\":{\"ref\":\"r/a:cache\"}}]\ncache-from=r/a,type=registry,ref=\"b\"\nno-cache=app,wheels",
    "attest:provenance=mode=min,inline-only=true\nattest:sbom=generator=x\nbuild-arg:SOURCE_DATE_EPOCH=0\nbuild-arg:http_proxy=p",
    "build-arg:BUILDKIT_DOCKERFILE_CHECK=skip=a,b;error=true\nrequestid=frontend.lint\nfrontend.caps=moby.buildkit.frontend.inputs",
    "localhost:5000/a/b:c@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Env\":[\"PATH=/bin\",\"A\"],\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]},\"history\":[{\"empty_layer\":true}]}",
];

fn archives() -> Vec<Vec<u8>> {
    let wheel = Wheel::new("a", "1", &["b"]).bytes;
    let texts = [
        "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n\"b,\"\"c\"\".py\",,\n./d\\e.py,md5=x,1\n",
        "[console_scripts]\npip3 = a:main\npip3.9=a:main\n[gui_scripts]\nb = a.b:C.d [x]\n# c\n[other]\nx\n",
        "#!python -u\nprint()\n",
        "a.py",
        "",
        "a-1.data/data/etc/a",
        "x",
        "a-1.data/headers/a.h",
        "",
        "a-1.data/purelib/b.py",
        "pass",
    ];
    let whole = [&[1], texts.join("\0").as_bytes()].concat();
    vec![[&[0], wheel.as_slice()].concat(), whole]
}

const ARCHIVE_WORDS: &[&str] = &[
    "PK\u{1}\u{2}",
    "PK\u{3}\u{4}",
    "PK\u{5}\u{6}",
    "PK\u{6}\u{6}",
    "PK\u{6}\u{7}",
    "a-1.dist-info/",
    "a-1.data/scripts/",
    "a-1.data/data/",
    "a-1.data/headers/",
    "a-1.data/purelib/",
    "WHEEL",
    "RECORD",
    "entry_points.txt",
    "../",
    "#!python",
    "#!pythonw",
    "[console_scripts]\n",
    "a = b:c\n",
    "Wheel-Version: 1.0\n",
    "sha256=",
    "pyvenv.cfg",
    "bin/python",
];

fn definitions(locks: &[GoldenLock]) -> Vec<Vec<u8>> {
    let (machine, request) = (Machine::debian(), Request::default());
    let mut seeds = vec![];
    for lock in locks.iter().filter(|lock| lock.text.len() < LARGEST) {
        let (mut files, mut found) = (Files::default(), vec![]);
        let spec = spec::parse(&files.add("app.toml", DESCRIPTION), &Default::default());
        let file = files.add(lock.row.name, lock.text.as_str());
        let chosen = read(&file, lock.project.as_deref(), &request, &mut files, &mut found)
            .and_then(|read| selection(&read, &request, &machine, &mut found));
        let built = chosen
            .zip(spec.drain_into(&mut vec![]))
            .and_then(|(selection, spec)| build(&spec, "app", &selection, &machine, &files, &mut found));
        if let Some(built) = built {
            let bytes = built.definition.encode_to_vec();
            seeds.extend([[&[0], bytes.as_slice()].concat(), [&[1], bytes.as_slice()].concat()]);
        }
    }
    assert!(!seeds.is_empty(), "some lock is small");
    seeds
}
