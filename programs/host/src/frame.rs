//! Reading a frame field by field.

/// Takes bytes off the front of a frame.
pub struct Frame<'a>(pub &'a [u8]);

impl<'a> Frame<'a> {
    /// So many bytes.
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// One byte.
    pub fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// A u32.
    pub fn number(&mut self) -> Option<usize> {
        self.index().and_then(|number| usize::try_from(number).ok())
    }

    /// A u32 as it stands.
    pub fn index(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    /// 32 bytes.
    pub fn key(&mut self) -> Option<[u8; 32]> {
        self.take(32)?.try_into().ok()
    }

    /// Bytes preceded by their length.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length)
    }
}
