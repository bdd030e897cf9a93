//! How a record of the account layout is declared: once, with the offset and the range of each word, and with its size
//! checked when the program is compiled.

use core::ops::RangeInclusive;
use math::Wide;

/// A plain value of the layout: at most 8-byte aligned, every bit pattern valid.
pub trait Plain: Copy {
    /// Takes one off the front of little-endian bytes; `None` if they end before.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

impl Plain for u8 {
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        Some(*first)
    }
}

impl Plain for i64 {
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(Self::from_le_bytes(*first))
    }
}

impl Plain for Wide {
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        let mut wide = Self::ZERO;
        wide.set(i128::from_le_bytes(*first));
        Some(wide)
    }
}

impl<T: Plain, const N: usize> Plain for [T; N] {
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut array = [T::read(&mut &**bytes)?; N];
        for item in &mut array {
            *item = T::read(bytes)?;
        }
        Some(array)
    }
}

/// A field of a record, for the test that compares this layout with `engine/wire/layout.ts`.
pub struct Field {
    /// Its name, `snake_case`.
    pub name: &'static str,
    /// Bytes from the start of the record.
    pub offset: usize,
    /// Bytes.
    pub size: usize,
    /// What a word may hold; `None` for fields that are not words of the envelope.
    pub range: Option<RangeInclusive<i64>>,
}

/// Declares a `#[repr(C)]` record: `name: type = offset => range`. Offsets, size, alignment and the absence of padding
/// are asserted at compile time.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $name:ident, $size:literal {
        $($(#[$field_meta:meta])* $field:ident: $kind:ty = $offset:literal $(=> $range:expr)?,)+
    }) => {
        $(#[$meta])*
        #[repr(C)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $kind,)+
        }

        const _: () = {
            const fn plain<T: $crate::record::Plain>() -> usize {
                size_of::<T>()
            }
            assert!(size_of::<$name>() == $size && align_of::<$name>() <= 8);
            assert!($size == 0 $(+ plain::<$kind>())+, "padding would hold undefined bytes");
            $(assert!(core::mem::offset_of!($name, $field) == $offset);)+
        };

        impl $crate::record::Plain for $name {
            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: <$kind as $crate::record::Plain>::read(bytes)?,)+ })
            }
        }

        impl $name {
            /// Its fields in order.
            pub const FIELDS: &'static [$crate::record::Field] = &[$($crate::record::Field {
                name: stringify!($field),
                offset: $offset,
                size: size_of::<$kind>(),
                range: $crate::range!($($range)?),
            },)+];

            /// Does each word lie in its declared range?
            #[must_use]
            pub fn is_in_range(&self) -> bool {
                true $($(&& ($range).contains(&self.$field))?)+
            }
        }
    };
}

/// The range of a field, if it has one.
#[doc(hidden)]
#[macro_export]
macro_rules! range {
    () => {
        None
    };
    ($range:expr) => {
        Some($range)
    };
}

pub(crate) use record;
