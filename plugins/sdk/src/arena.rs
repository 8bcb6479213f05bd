//! The allocator of a guest that lives for one batch: a bump arena over the linear memory.
//!
//! The host gives every batch a fresh instance and wipes its memory afterwards, so freeing would be work for nobody. An allocation
//! moves a mark upwards; only the newest block can be given back or grown in place, which is what a growing `Vec` does. Compared
//! with the usual allocator this makes the component smaller and a fresh instance several times cheaper: little memory is touched.
//!
//! What a batch usually needs is there from the start. Growing memory is work for the kernel, once when it grows and once when the
//! place is made ready for the next batch, and the threads of a process wait for each other in it.
#![allow(unsafe_code, reason = "a global allocator is unsafe by its trait")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};

const PAGE: usize = 64 * 1024;

/// Bytes that an instance has from the start: a batch of 650 with texts fits.
const FIRST: usize = 6 * PAGE;

#[global_allocator]
static ARENA: Arena = Arena { mark: Cell::new(0), end: Cell::new(0) };

/// Zeros that are not written in the file, and not touched before they are used.
static BLOCK: Block = Block(UnsafeCell::new([0; FIRST]));

struct Block(UnsafeCell<[u8; FIRST]>);

struct Arena {
    /// The first free byte; 0 before the first allocation.
    mark: Cell<usize>,
    /// The end of the first block, and later of the memory that the instance has.
    end: Cell<usize>,
}

// SAFETY: a component without the threads proposal, which the host refuses, has one thread.
unsafe impl Sync for Arena {}

// SAFETY: the same; and only the arena hands out what is in it.
unsafe impl Sync for Block {}

unsafe extern "C" {
    /// Where the linker's data ends; its address is its value.
    static __heap_base: u8;
}

impl Arena {
    /// A block of this layout at or above the mark; none when the host allows no more.
    fn place(&self, layout: Layout) -> Option<usize> {
        let start = self.mark.get().checked_next_multiple_of(layout.align())?;
        self.reserve(start.checked_add(layout.size())?).then_some(start)
    }

    /// Reserves up to `to`, growing the memory when needed. False when the host allows no more, and at the end of the first block,
    /// which something else may stand behind.
    fn reserve(&self, to: usize) -> bool {
        if to > self.end.get() {
            if self.is_first() {
                return false;
            }
            let pages = (to - self.end.get()).div_ceil(PAGE);
            if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                return false;
            }
            self.end.set(self.end.get() + pages * PAGE);
        }
        self.mark.set(to);
        true
    }

    fn is_first(&self) -> bool {
        self.end.get() == BLOCK.0.get() as usize + FIRST
    }
}

// SAFETY: blocks never overlap: each starts at or above the mark, which then moves to the block's end, and the mark moves down only
// to the start of the newest block when that one is given back. `reserve` keeps the mark within the first block, and later within the
// memory of the instance above everything that the linker placed.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.mark.get() == 0 {
            self.mark.set(BLOCK.0.get() as usize);
            self.end.set(BLOCK.0.get() as usize + FIRST);
        }
        let mut place = self.place(layout);
        if place.is_none() && self.is_first() {
            self.mark.set(&raw const __heap_base as usize);
            self.end.set(core::arch::wasm32::memory_size(0) * PAGE);
            place = self.place(layout);
        }
        place.map_or(std::ptr::null_mut(), |start| start as *mut u8)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block as usize + layout.size() == self.mark.get() {
            self.mark.set(block as usize);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let is_newest = block as usize + layout.size() == self.mark.get();
        if is_newest && (block as usize).checked_add(size).is_some_and(|end| self.reserve(end)) {
            return block;
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: the caller promises a valid block of `layout`, and `size` fits its alignment.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                std::ptr::copy_nonoverlapping(block, moved, layout.size());
            }
            moved
        }
    }
}
