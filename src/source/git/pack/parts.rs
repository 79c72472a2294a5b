//! Work on the entries of a pack that is cut in parts, one for each thread.
//!
//! In flow a number of entries and what is to be made of a range of them; out flows what came of each part, in order.

use std::ops::Range;

/// Fewer entries than these are not worth a thread: one takes about as long to start.
const WORTH_A_THREAD: usize = 4096;

/// What `work` makes of each part of `0..count`, in order, on at most so many threads.
pub(super) fn in_parts<T: Send>(
    count: usize,
    threads: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    let parts = threads.min(count / WORTH_A_THREAD).max(1);
    let range = |n: usize| count * n / parts..count * (n + 1) / parts;
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = (1..parts).map(|n| scope.spawn(move || work(range(n)))).collect();
        let first = work(range(0));
        let others =
            others.into_iter().map(|part| part.join().unwrap_or_else(|why| std::panic::resume_unwind(why)));
        std::iter::once(first).chain(others).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_together_are_the_whole() {
        for count in [0, 1, WORTH_A_THREAD, 3 * WORTH_A_THREAD + 1] {
            for threads in [1, 2, 8] {
                let parts = in_parts(count, threads, |range| range.collect::<Vec<_>>());
                assert!(parts.len() <= threads);
                assert_eq!(parts.concat(), (0..count).collect::<Vec<_>>());
            }
        }
    }
}
