//! Unpacks the content of one entry after the other with the same memory.

use std::io::{BufRead, Read, Write};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::error::{Context, Error, Result};

/// Most files of a wheel are smaller than this, and so are written in one go.
const BUFFER: usize = 256 * 1024;

/// A decompressor with its buffer.
#[derive(Debug)]
pub(super) struct Inflate {
    state: Decompress,
    buffer: Vec<u8>,
}

impl Default for Inflate {
    fn default() -> Inflate {
        Inflate { state: Decompress::new(false), buffer: vec![0; BUFFER] }
    }
}

impl Inflate {
    /// Copies what is stored, which must be `size` bytes, and gives its checksum.
    pub(super) fn copy(&mut self, mut stored: impl Read, sink: &mut dyn Write, size: u64) -> Result<u32> {
        let mut counted = Counted::new(sink, size);
        loop {
            let length = stored.read(&mut self.buffer).context(|| "cannot read it")?;
            if length == 0 {
                return counted.finish();
            }
            counted.write(&self.buffer[..length])?;
        }
    }

    /// Inflates what is deflated, which must be one whole stream of `size` bytes, and gives their checksum.
    pub(super) fn inflate(
        &mut self,
        mut deflated: impl BufRead,
        sink: &mut dyn Write,
        size: u64,
    ) -> Result<u32> {
        self.state.reset(false);
        let mut counted = Counted::new(sink, size);
        let mut filled = 0;
        loop {
            let (status, length) = self.step(&mut deflated, filled)?;
            filled += length;
            if filled == self.buffer.len() || status == Status::StreamEnd {
                counted.write(&self.buffer[..filled])?;
                filled = 0;
            }
            if status == Status::StreamEnd {
                break;
            }
        }
        if !deflated.fill_buf().context(|| "cannot read it")?.is_empty() {
            return Err(Error::new("there is something behind its compressed content"));
        }
        counted.finish()
    }

    /// The first `length` bytes of what is deflated, or all if there are fewer.
    pub(super) fn start(&mut self, mut deflated: impl BufRead, length: usize) -> Result<Vec<u8>> {
        self.state.reset(false);
        let mut filled = 0;
        while filled < length.min(self.buffer.len()) {
            let (status, more) = self.step(&mut deflated, filled)?;
            filled += more;
            if status == Status::StreamEnd {
                break;
            }
        }
        Ok(self.buffer[..filled.min(length)].to_vec())
    }

    /// Inflates one more piece into the buffer behind `filled`, and gives its length.
    fn step(&mut self, deflated: &mut impl BufRead, filled: usize) -> Result<(Status, usize)> {
        let input = deflated.fill_buf().context(|| "cannot read it")?;
        let ended = input.is_empty();
        let before = (self.state.total_in(), self.state.total_out());
        let status = self
            .state
            .decompress(input, &mut self.buffer[filled..], FlushDecompress::None)
            .context(|| "its compressed content is wrong")?;
        let taken = (self.state.total_in() - before.0) as usize;
        let length = (self.state.total_out() - before.1) as usize;
        deflated.consume(taken);
        if ended && length == 0 && status != Status::StreamEnd {
            return Err(Error::new("its compressed content is cut off"));
        }
        Ok((status, length))
    }
}

/// Passes bytes on, counts them and takes their checksum.
struct Counted<'a> {
    sink: &'a mut dyn Write,
    missing: u64,
    checksum: Crc,
}

impl<'a> Counted<'a> {
    fn new(sink: &'a mut dyn Write, size: u64) -> Counted<'a> {
        Counted { sink, missing: size, checksum: Crc::new() }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.missing = self
            .missing
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| Error::new("it is longer than the archive says"))?;
        self.checksum.update(bytes);
        self.sink.write_all(bytes).context(|| "cannot write it")
    }

    fn finish(self) -> Result<u32> {
        if self.missing > 0 {
            return Err(Error::new("it is shorter than the archive says"));
        }
        Ok(self.checksum.sum())
    }
}
