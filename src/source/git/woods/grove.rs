//! Some trees, each as what it has that its base has not and the other way round, in numbers of one to five bytes.
//!
//! In flow the edges of trees, each after its base; out flow those of any tree that lead to some objects.

/// No tree, or an object that nobody asks for: a clean blob, or that of another repository.
pub(super) const NONE: u32 = u32::MAX;

/// What an entry leads to, and the number of its name.
pub(in super::super) type Edge = (u32, u32);

/// A tree: entries of its own, and those of its base whose names it neither has itself nor lacks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree {
    pub(super) number: u32,
    pub(super) base: u32,
    /// Where its own edges begin, and the names of its base that it lacks; they end where the next tree's begin.
    pub(super) fresh: u32,
    pub(super) lacks: u32,
}

/// Some of the trees, and all that they were made from.
#[derive(Debug, Default)]
pub(super) struct Grove {
    pub(super) trees: Vec<Tree>,
    /// The edges and names of all trees, each number in groups of seven bits, the lowest first.
    pub(super) edges: Vec<u8>,
}

impl Grove {
    /// Adds the edges of every tree that lead to what `holds` says to the lists, of which the first is empty; says which
    /// list is each tree's.
    pub(super) fn lists(&self, holds: &[bool], lists: &mut Vec<Vec<Edge>>) -> Vec<u32> {
        let mut of: Vec<u32> = Vec::with_capacity(self.trees.len());
        for (n, tree) in self.trees.iter().enumerate() {
            let end = self.trees.get(n + 1).map_or(self.edges.len(), |next| next.fresh as usize);
            let own = &self.edges[tree.fresh as usize..tree.lacks as usize];
            let lacks = &self.edges[tree.lacks as usize..end];
            let base = if tree.base == NONE { 0 } else { of[tree.base as usize] };
            let old = &lists[base as usize];
            let mut new = edges(own).filter(|edge| holds[edge.0 as usize]).peekable();
            let goes = |edge: &Edge| {
                edges(own).any(|other| other.1 == edge.1) || numbers(lacks).any(|name| name == edge.1)
            };
            if new.peek().is_none() && !old.iter().any(goes) {
                of.push(base);
                continue;
            }
            let mut list: Vec<Edge> = old.iter().filter(|edge| !goes(edge)).copied().collect();
            list.extend(new);
            list.sort_unstable();
            list.dedup();
            of.push(if list.is_empty() { 0 } else { lists.len() as u32 });
            lists.extend((!list.is_empty()).then_some(list));
        }
        of
    }
}

/// Writes a number down in groups of seven bits, the lowest first.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The numbers that were written down.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut rest = bytes.iter();
    std::iter::from_fn(move || {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = *rest.next()?;
            number |= u32::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    })
}

/// The edges that were written down, each as two numbers.
fn edges(bytes: &[u8]) -> impl Iterator<Item = Edge> + '_ {
    let mut all = numbers(bytes);
    std::iter::from_fn(move || Some((all.next()?, all.next()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_read_as_they_were_written() {
        let all = [(0, 127), (128, 16_383), (16_384, 2_097_152), (u32::MAX - 1, u32::MAX)];
        let mut bytes = Vec::new();
        all.iter().for_each(|(child, name)| [child, name].iter().for_each(|n| put(&mut bytes, **n)));
        assert_eq!(edges(&bytes).collect::<Vec<_>>(), all);
    }
}
