//! Typed access to the bytes of a region.
//!
//! Every read and write is bounds-checked against the region, so a damaged offset panics instead of
//! reaching foreign memory. Records are [`Pod`]: any bit pattern is a value of the type.

use std::marker::PhantomData;

/// Place of a block: bytes from the start of the region divided by 16. Zero is "none".
pub type Off = u32;

/// Bytes per unit of an [`Off`].
pub const UNIT: usize = 16;
/// Bytes per page.
pub const PAGE: usize = 16 * 1024;
/// Marks "no node", "no place" and the like.
pub const NONE: u32 = u32::MAX;

/// Plain data.
///
/// # Safety
/// The type is `repr(C)` or primitive, has no padding that matters, no pointers and no invalid bit patterns.
pub unsafe trait Pod: Copy {}

macro_rules! pod {
    ($($t:ty),* $(,)?) => { $(
        // SAFETY: repr(C) or primitive; every field is an integer or a float.
        unsafe impl $crate::bytes::Pod for $t {}
    )* };
}
pub(crate) use pod;
pod!(u8, i8, u16, u32, u64, i64, f32);

/// A handle on the bytes. Copies share them.
#[derive(Clone, Copy)]
pub struct Region<'a> {
    base: *mut u8,
    len: usize,
    life: PhantomData<&'a [u8]>,
}

// SAFETY: the handle is an address and a length; who may touch the bytes is settled by the lock rules of the crate.
unsafe impl Send for Region<'_> {}

impl Region<'_> {
    /// Takes `len` bytes at `base`.
    ///
    /// # Safety
    /// The bytes are valid for reads and writes for the life of the handle, aligned to 64, and accessed only
    /// through handles like this one under the lock rules of the crate.
    pub unsafe fn new(base: *mut u8, len: usize) -> Self {
        assert!((base as usize).is_multiple_of(64), "region must be aligned to 64 bytes");
        Region { base, len, life: PhantomData }
    }

    /// Size in bytes.
    pub fn size(&self) -> usize {
        self.len
    }

    fn check<T: Pod>(&self, addr: usize, n: usize) -> *mut T {
        let bytes = n.checked_mul(size_of::<T>()).expect("length fits in usize");
        let end = addr.checked_add(bytes).expect("address fits in usize");
        assert!(addr != 0 && end <= self.len, "region access at {addr}..{end} is outside {}", self.len);
        debug_assert!(addr.is_multiple_of(align_of::<T>()), "region access at {addr} is not aligned");
        // SAFETY: addr + bytes <= len was just checked and base is valid for len bytes.
        unsafe { self.base.add(addr).cast::<T>() }
    }

    /// Reads one record at a byte address.
    pub(crate) fn read<T: Pod>(&self, addr: usize) -> T {
        let p = self.check::<T>(addr, 1);
        // SAFETY: checked above; Pod has no invalid values.
        unsafe { p.read() }
    }

    /// Writes one record at a byte address.
    pub(crate) fn write<T: Pod>(&self, addr: usize, value: T) {
        let p = self.check::<T>(addr, 1);
        // SAFETY: checked above; the caller holds the lock of what lies there.
        unsafe { p.write(value) }
    }

    /// Changes a record in place.
    pub(crate) fn update<T: Pod, R>(&self, addr: usize, change: impl FnOnce(&mut T) -> R) -> R {
        let p = self.check::<T>(addr, 1);
        // SAFETY: checked above; the caller holds the lock exclusively and `change` cannot reach the record otherwise.
        change(unsafe { &mut *p })
    }

    /// Shared slice of `n` records.
    pub(crate) fn slice<T: Pod>(&self, addr: usize, n: usize) -> &[T] {
        if n == 0 {
            return &[];
        }
        let p = self.check::<T>(addr, n);
        // SAFETY: checked above; the caller holds the lock at least shared while the slice lives.
        unsafe { std::slice::from_raw_parts(p, n) }
    }

    /// Calls `change` with `n` records.
    pub(crate) fn slice_mut<T: Pod, R>(&self, addr: usize, n: usize, change: impl FnOnce(&mut [T]) -> R) -> R {
        if n == 0 {
            return change(&mut []);
        }
        let p = self.check::<T>(addr, n);
        // SAFETY: checked above; the caller holds the lock exclusively and `change` cannot reach the slice otherwise.
        change(unsafe { std::slice::from_raw_parts_mut(p, n) })
    }

    /// Atomic word at a byte address.
    pub(crate) fn atomic(&self, addr: usize) -> &std::sync::atomic::AtomicU64 {
        let p = self.check::<u64>(addr, 1);
        // SAFETY: checked above, aligned to eight by layout; all access to these words is atomic.
        unsafe { std::sync::atomic::AtomicU64::from_ptr(p) }
    }

    /// Stores a word that others may read at the same time.
    pub(crate) fn store_u32(&self, addr: usize, value: u32) {
        let p = self.check::<u32>(addr, 1);
        // SAFETY: checked above and aligned by layout; a relaxed atomic store does not tear.
        unsafe { std::sync::atomic::AtomicU32::from_ptr(p) }.store(value, std::sync::atomic::Ordering::Relaxed);
    }

    /// Asks for the cache line at a byte address, which will be read soon. An address outside is of no consequence.
    pub(crate) fn prefetch(&self, addr: usize) {
        #[cfg(target_arch = "x86_64")]
        if addr < self.len {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: the address is inside the region, and a prefetch does not fault.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(self.base.add(addr).cast()) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = addr;
    }

    /// Fills bytes with zero.
    pub(crate) fn zero(&self, addr: usize, bytes: usize) {
        self.slice_mut::<u8, _>(addr, bytes, |s| s.fill(0));
    }
}

/// Byte address of a block.
pub(crate) fn addr(off: Off) -> usize {
    debug_assert!(off != 0, "null offset followed");
    off as usize * UNIT
}
