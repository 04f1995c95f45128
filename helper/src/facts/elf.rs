//! The little that we read of an ELF file: which machine it is for, and which loader it asks for.

/// What the header and the program headers of an ELF file say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Elf {
    /// In the words of `uname -m`; `None` for a machine that no image is made for.
    pub(super) machine: Option<&'static str>,
    /// The path of the loader (`PT_INTERP`); `None` for a static program.
    pub(super) loader: Option<String>,
}

const MAGIC: &[u8] = b"\x7fELF";
const CLASS_64: u8 = 2;
const BIG_ENDIAN: u8 = 2;
const PT_INTERP: u64 = 3;

impl Elf {
    /// Reads a program; `None` if it is not ELF, or broken.
    pub(super) fn parse(bytes: &[u8]) -> Option<Elf> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let is_64 = *bytes.get(4)? == CLASS_64;
        let reader = Reader { bytes, is_big: *bytes.get(5)? == BIG_ENDIAN };
        let machine = machine(reader.number(18, 2)?, is_64, reader.is_big);
        // Offsets of e_phoff, e_phentsize and e_phnum, and in a program header of p_offset and p_filesz.
        let (table, size, count, offset, length, word) =
            if is_64 { (32, 54, 56, 8, 32, 8) } else { (28, 42, 44, 4, 16, 4) };
        let table = reader.number(table, word)?;
        let size = reader.number(size, 2)?;
        let count = reader.number(count, 2)?;
        let mut loader = None;
        for index in 0..count {
            let header = usize::try_from(table.checked_add(index * size)?).ok()?;
            if reader.number(header, 4)? == PT_INTERP {
                let start = usize::try_from(reader.number(header.checked_add(offset)?, word)?).ok()?;
                let length = usize::try_from(reader.number(header.checked_add(length)?, word)?).ok()?;
                let path = bytes.get(start..start.checked_add(length)?)?;
                loader = Some(super::text::until_nul(path).to_owned());
            }
        }
        Some(Elf { machine, loader })
    }
}

/// The machines that container images are made for, by number (`e_machine`), word size and byte order.
fn machine(number: u64, is_64: bool, is_big: bool) -> Option<&'static str> {
    match (number, is_64, is_big) {
        (62, true, false) => Some("x86_64"),
        (183, true, false) => Some("aarch64"),
        (40, false, false) => Some("armv7l"),
        (3, false, false) => Some("i686"),
        (21, true, false) => Some("ppc64le"),
        (22, true, true) => Some("s390x"),
        (243, true, false) => Some("riscv64"),
        (258, true, false) => Some("loongarch64"),
        _ => None,
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    is_big: bool,
}

impl Reader<'_> {
    /// The number of `length` bytes at `offset`.
    fn number(&self, offset: usize, length: usize) -> Option<u64> {
        let bytes = self.bytes.get(offset..offset.checked_add(length)?)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.is_big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
    }
}
