//! Stretches of lines that are asked "does one of you touch these lines?", a hundred thousand times.
//!
//! In flow stretches with a number each; out flows the number of one that touches. A question costs a
//! binary search, whatever the stretches look like.

/// Stretches of lines, both ends included.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    /// First line, last line, number; sorted by first line once [`Stretches::close`] has been called.
    all: Vec<(u64, u64, u32)>,
    /// For each stretch, which one up to it reaches farthest.
    farthest: Vec<u32>,
}

impl Stretches {
    /// Adds one; takes effect with [`Stretches::close`].
    pub(crate) fn add(&mut self, from: u64, to: u64, number: u32) {
        self.all.push((from, to, number));
    }

    /// Makes ready for questions.
    pub(crate) fn close(&mut self) {
        self.all.sort_unstable();
        self.farthest.clear();
        let mut best = 0;
        for n in 0..self.all.len() {
            if self.all[n].1 >= self.all[best].1 {
                best = n;
            }
            self.farthest.push(best as u32);
        }
    }

    /// The number of a stretch that touches the lines `from..=to`.
    pub(crate) fn touching(&self, from: u64, to: u64) -> Option<u32> {
        let before = self.all.partition_point(|(first, _, _)| *first <= to);
        let best = *self.farthest.get(before.checked_sub(1)?)? as usize;
        let (_, last, number) = self.all[best];
        (last >= from).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_looking_at_each(
            all in prop::collection::vec((0u64..40, 0u64..9), 0..30),
            (from, length) in (0u64..45, 0u64..5),
        ) {
            let mut stretches = Stretches::default();
            for (n, (first, more)) in all.iter().enumerate() {
                stretches.add(*first, first + more, n as u32);
            }
            stretches.close();
            let touches = |n: usize| all[n].0 <= from + length && all[n].0 + all[n].1 >= from;
            match stretches.touching(from, from + length) {
                Some(n) => prop_assert!(touches(n as usize)),
                None => prop_assert!(!(0..all.len()).any(touches)),
            }
        }
    }
}
