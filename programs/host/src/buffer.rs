//! Bytes that start on an 8-byte boundary, as account data does on chain.

const ALIGNMENT: usize = 8;

/// An aligned, owned byte string.
pub struct Buffer {
    bytes: Vec<u8>,
    start: usize,
}

impl Buffer {
    /// As many zeros.
    pub fn zeroed(length: usize) -> Self {
        let bytes = vec![0; length + ALIGNMENT];
        let start = bytes.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self { bytes, start }
    }

    /// A copy of `bytes`.
    pub fn copy_of(bytes: &[u8]) -> Self {
        let mut buffer = Self::zeroed(bytes.len());
        buffer.bytes_mut().copy_from_slice(bytes);
        buffer
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        let end = self.bytes.len() + self.start - ALIGNMENT;
        self.bytes.get(self.start..end).unwrap_or_default()
    }

    /// The bytes for writing.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        let end = self.bytes.len() + self.start - ALIGNMENT;
        self.bytes.get_mut(self.start..end).unwrap_or_default()
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::zeroed(0)
    }
}
