//! How much of a work one task takes.

/// The items of each task so that every core has as many tasks as any other, of at most `most` items; small works
/// have fewer tasks, of at least `least`.
#[must_use]
pub fn even_tasks(items: usize, [least, most]: [usize; 2]) -> usize {
    let cores = rayon::current_num_threads();
    let rounds = items.div_ceil(cores.saturating_mul(most).max(1)).max(1);
    items.div_ceil(cores * rounds).max(least).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_core_has_as_many_tasks() {
        for cores in 1..5 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build().unwrap();
            pool.install(|| {
                for items in [0, 1, 99, 100, 101, 399, 400, 401, 1000, 12_345, 24_576] {
                    let task = even_tasks(items, [100, 1000]);
                    assert!((100..=1000).contains(&task), "{items} on {cores}: {task}");
                    let tasks = items.div_ceil(task);
                    assert!(tasks % cores == 0 || task == 100, "{items} on {cores}: {tasks}");
                }
                assert_eq!(even_tasks(0, [0, 0]), 1);
            });
        }
    }
}
