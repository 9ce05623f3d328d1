//! The order in which texts get their names: strongly connected groups of the reference graph,
//! each after the groups it refers to. Tarjan's algorithm with a stack of its own, so that no
//! depth of references is too deep.

/// The groups of nodes that reach each other, each after those it has edges to. `edges[n]` are the
/// nodes that `n` refers to.
pub(super) fn groups(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        edges,
        index: vec![None; edges.len()],
        low: vec![0; edges.len()],
        on_stack: vec![false; edges.len()],
        stack: Vec::new(),
        next: 0,
        groups: Vec::new(),
    };
    for node in 0..edges.len() {
        if search.index[node].is_none() {
            search.visit(node);
        }
    }
    search.groups
}

/// The groups in layers: those of a layer refer to earlier layers only, so they can be named at the
/// same time. The order inside a layer is that of [`groups`].
pub(super) fn layers(edges: &[Vec<usize>]) -> Vec<Vec<Vec<usize>>> {
    let mut depth = vec![None; edges.len()];
    let mut layers: Vec<Vec<Vec<usize>>> = Vec::new();
    for group in groups(edges) {
        // Only the group itself has no depth yet.
        let outside = group.iter().flat_map(|node| &edges[*node]).filter_map(|target| depth[*target]);
        let layer = outside.map(|depth: usize| depth + 1).max().unwrap_or(0);
        for node in &group {
            depth[*node] = Some(layer);
        }
        if layers.len() <= layer {
            layers.resize_with(layer + 1, Vec::new);
        }
        layers[layer].push(group);
    }
    layers
}

struct Search<'a> {
    edges: &'a [Vec<usize>],
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    groups: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn visit(&mut self, root: usize) {
        let mut calls = vec![(root, 0)];
        self.enter(root);
        while let Some((node, edge)) = calls.last_mut() {
            let node = *node;
            let Some(&target) = self.edges[node].get(*edge) else {
                calls.pop();
                self.leave(node);
                if let Some((parent, _)) = calls.last() {
                    self.low[*parent] = self.low[*parent].min(self.low[node]);
                }
                continue;
            };
            *edge += 1;
            match self.index[target] {
                None => {
                    self.enter(target);
                    calls.push((target, 0));
                }
                Some(index) if self.on_stack[target] => self.low[node] = self.low[node].min(index),
                Some(_) => {}
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.index[node] = Some(self.next);
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn leave(&mut self, node: usize) {
        if Some(self.low[node]) != self.index[node] {
            return;
        }
        let start = self.stack.iter().rposition(|on_stack| *on_stack == node).unwrap_or(0);
        let mut group = self.stack.split_off(start);
        for member in &group {
            self.on_stack[*member] = false;
        }
        group.sort_unstable();
        self.groups.push(group);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dependencies_come_first_and_cycles_together() {
        // 0 → 1 → 2 → 1, 3 → 3, 0 → 3
        assert_eq!(groups(&[vec![1, 3], vec![2], vec![1], vec![3]]), [vec![1, 2], vec![3], vec![0]]);
        assert_eq!(layers(&[vec![1], vec![2], vec![], vec![]]), [vec![vec![2], vec![3]], vec![vec![1]], vec![vec![0]]]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_not_too_deep() {
        let edges: Vec<Vec<usize>> = (0..100_000).map(|n| if n + 1 < 100_000 { vec![n + 1] } else { vec![] }).collect();
        assert_eq!(groups(&edges).len(), 100_000);
    }

    proptest! {
        #[test]
        fn groups_are_what_reachability_says(edges in prop::collection::vec(prop::collection::vec(0..12usize, 0..4), 12)) {
            let reaches = |from: usize, to: usize| {
                let (mut seen, mut todo) = ([false; 12], edges[from].clone());
                while let Some(node) = todo.pop() {
                    if !std::mem::replace(&mut seen[node], true) {
                        todo.extend(&edges[node]);
                    }
                }
                seen[to]
            };
            let groups = groups(&edges);
            let place = |node: usize| groups.iter().position(|group| group.contains(&node)).expect("every node has a group");
            for a in 0..12 {
                for b in 0..12 {
                    prop_assert_eq!(place(a) == place(b), a == b || (reaches(a, b) && reaches(b, a)));
                    if reaches(a, b) {
                        prop_assert!(place(b) <= place(a));
                    }
                }
            }
        }
    }
}
