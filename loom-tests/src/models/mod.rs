//! The models, and what every one of them must show.
//!
//! A model is a small scenario that loom runs in every interleaving it can reach. It fails if an assertion in it fails,
//! and also
//! - if fewer executions than its *floor* were explored: then something hides the interleavings;
//! - if an outcome that it names was never seen, or one was seen that it does not name: its *witnesses*, two at least, which show
//!   that its threads have met (`witnesses`);
//! - if a node is used after its grace period, retired twice, leaked, or read before it was published.
//!
//! The columns "killed by" of `docs/TRANSITIONS.md` and `docs/DENSE.md` name the model that must fail when a site is weakened or a rule taken
//! out; `mutants` runs each of these in a process of its own, and `kills` the other models with a mutant that they kill.
//!
//! Models are kept small rather than weak: what need not race happens before the threads start (entries, the successor, a
//! block that is taken and never moved), keys have no reserved slots where these are not the point (`u32`), successors are
//! no larger than they must be, and counters are left out of the schedule where they are not the point. Where that is not enough, a long
//! model has old values of words with few preemptions only (`long_model`).
//!
//! # Transitions that meet
//!
//! Which model lets two transitions (`docs/TRANSITIONS.md`) of one slot or line race. Pairs that stand nowhere cannot meet:
//! one of the two makes the other impossible before it can begin.
//!
//! | pair | model |
//! | --- | --- |
//! | K1, K1 of one key | `two_insertions_of_one_boxed_key`, `insertion_in_a_full_line`, `insertion_behind_a_full_line` |
//! | K1, K1 of two keys | `two_insertions_of_two_keys`, `two_keys_for_one_place`, `insertions_into_a_full_table` |
//! | K1, K2 | `growth_of_a_table_that_is_not_the_root`, `a_stopped_helper_and_many_insertions` |
//! | K1, K3 and K4 | `insert_and_migration_boxed`, `insertion_behind_a_full_line_and_migration` |
//! | K2, K2 | `two_helpers_at_a_value` |
//! | K2, K3 (of a later migration) | `late_helper_boxed` |
//! | K3 and K4, K3 and K4 | `two_helpers_at_a_value`, `get_of_a_boxed_key_inserted_behind_a_migration` |
//! | V1, V1 | `two_insertions_of_one_boxed_key` |
//! | V1, V2 and V3 | `claim_and_removal_of_one_key` |
//! | N1, N1 | `two_starts_of_a_migration` |
//! | N1, N2 | `growth_and_rebuild` |
//! | N2, N2 | `two_rebuilds` |
//! | N2, K1 and V1 | `rebuild_and_insertion_boxed`, `insertions_beside_a_count` |
//! | K1, K6 behind two lines | `insertion_behind_two_lines` |
//! | N2, V4 | `rebuild_and_return_of_a_removed_boxed_key` |
//! | N3, N3 | `two_insertions_into_a_closed_table`, `two_rebuilds` |
//! | V1, V5 | `insert_and_migration_boxed` |
//! | V1, V6 | `claim_and_a_whole_life_of_the_key` |
//! | V1, V9 | `claim_and_migration_and_another_insertion`, `a_claim_closed_by_another_insertion`, `insertion_of_a_reserved_key_and_migration` |
//! | V2, V2 | `two_replacements`, `two_updates`, `two_updates_beside_a_migration`, `two_compare_and_sets` |
//! | V2, V3 | `removal_and_update` |
//! | V2, V5 | `update_and_migration_boxed`, `update_of_a_reserved_key_and_migration` |
//! | V2 in the next table, V7 and V8 | `update_of_a_frozen_value_and_get` |
//! | V3, V3 | `two_removals` |
//! | V3, V4 | `removal_and_insertion` |
//! | V3, V5 and V6 | `removal_and_migration` |
//! | V3 in the next table, V7 and V8 | `late_helper_boxed` |
//! | V4, V4 | `two_insertions_of_a_removed_key` |
//! | V4, V6 | `insertion_of_a_removed_key_and_migration`, `insertion_of_a_key_that_dies_meanwhile` |
//! | V5, V5; V7, V7; V8, V8 | `two_helpers_at_a_value` |
//! | V6, V6 | `two_helpers_at_a_removed_key`, `two_returns_of_a_removed_key_behind_a_migration` |
//! | V9, V9 | `two_helpers_at_reserved_slots` |
//! | V5 of a later migration, V7 and V8 | `late_helper_boxed` |
//!
//! Readers: K1 and V1 `insert_and_get_*`, `get_in_a_full_line`; K1, V1 and K5 `insert_and_get_of_a_key_without_a_tag`, `two_insertions_and_get_of_a_key_without_a_tag`;
//! K2 and K5 `get_by_tags_and_two_helpers`; K5 and K6 `insertion_behind_a_line_that_fills`, `copy_behind_a_line_that_fills`; K1 behind K6 `get_behind_a_full_line`; K2 `get_beside_a_copy`; K2 behind K6 `copy_behind_a_full_line`; V2 `replace_and_get_boxed`; V3 `removal_and_get`; V4 `return_and_get_of_a_removed_key`; V9 `get_of_a_reserved_key_inserted_behind_a_migration`; N2 `update_removal_and_get_in_a_closed_table`; K3, K4, V5, V7, V8 `get_and_migration_*`; K3 and K6
//! `get_of_a_key_without_a_tag_inserted_behind_a_migration`, `get_of_a_boxed_key_inserted_behind_a_migration`, `two_gets_of_a_key_inserted_behind_a_migration`; V6 `get_behind_a_dead_key`; no line
//! at all `get_in_a_full_table`. With the tags of two lines: `insertion_behind_the_last_line`, `get_of_tags_and_migration`, and with whole lines `get_of_lines_and_migration`, `replacement_and_get_at_home`.
//!
//! Walks: K1 and V1 `walk_and_insertion`; K2 to K4, V5, V7, V8, N1 `walk_and_migration_*`; V2 `replacement_and_walk`; V3 `removal_and_walk`; V4 `return_and_walk_of_a_removed_key`; N2 and N3
//! `rebuild_and_walk`; of a partition `walk_of_a_partition_and_*`.
//!
//! The same of a dense map (`docs/DENSE.md`), whose slots have no other states than these:
//!
//! | pair | model |
//! | --- | --- |
//! | S1, S1 | `two_new_segments` |
//! | D1, D1 | `two_insertions_of_a_box`, `two_pushes`, `push_and_insertion` |
//! | D1, D2 | `insertion_and_compare_and_set_of_a_box`, `insertion_and_compare_and_set_of_an_index`, `insertion_and_update_of_a_box` |
//! | D1, D3 | `removal_and_insertion_of_a_box` |
//! | D2, D2 | `two_replacements_of_a_box`, `two_updates_of_an_index`, `two_compare_and_sets_of_an_index`, `two_replacements_of_values_that_need_a_box` |
//! | D2, D3 | `removal_and_compare_and_set_of_a_box`, `removal_and_update_of_an_index` |
//! | D3, D3 | `two_removals_of_a_box` |
//!
//! Readers: S1 `get_and_a_new_segment`; D1 `insertion_and_get_of_a_box`; D2 `replacement_and_get_of_a_box`,
//! `get_of_a_value_that_needs_a_box`; D3 `removal_and_get_of_a_box`. Walks: S1 `walk_and_a_new_segment`; D1 `walk_and_insertion_of_a_box`; D2
//! `replacement_and_walk_of_a_box`; D3 `removal_and_walk_of_a_box`. Counts: `dense_len_*`.
//!
//! The same of the platform layer, whose lists and places (`src/platform/pile.rs`, `once.rs`, `participants.rs`) have models of their own:
//!
//! | pair | model |
//! | --- | --- |
//! | an allocation that is left, another one | `two_discards` |
//! | an allocation that is left, taking all | `discard_and_taking_all` |
//! | taking all, taking all | `taking_all_and_taking_all` |
//! | keeping, keeping | `two_to_keep` |
//! | keeping, taking to clear | `two_clearings` |
//! | keeping, taking to use again | `clearing_and_reuse`, `reuse_and_reuse_of_another_size` |
//! | taking to use again, the same | `two_reuses` |
//! | keeping, no wish to keep | `clearing_and_no_wish` |
//! | the first use of the collector, another one | `two_first_users` |
//! | a thread that ends, a count of threads | `a_thread_that_ends_and_a_count` |
//! | the same, and a thread that begins | `a_thread_that_begins_and_one_that_ends` |

mod api;
mod claims;
mod counts;
mod dense;
mod frame;
mod helpers;
mod keys;
mod killed;
mod kills;
mod late;
mod lines;
mod migration;
mod mutants;
mod pages;
mod platform;
mod published;
mod readers;
mod rebuild;
mod reduce;
mod vacuity;
mod values;
mod walks;
mod windows;
mod witnesses;

pub(crate) use api::*;
pub(crate) use frame::*;
pub(crate) use witnesses::*;

/// Inserts key 1 beside a lookup of it, which may or may not see it; the one who inserts does.
pub(crate) fn insertion_that_is_seen<K: Word, V: Word>(map: &Map<K, V>, witnesses: &Witnesses, swap: bool) {
    let (ours, theirs) = (map.clone(), map.clone());
    let ((), seen) = race(
        swap,
        move || {
            assert_eq!(ours.insert(1, 10), None);
            assert_eq!(ours.get(1), Some(10), "one's own insert is seen");
        },
        move || theirs.get(1),
    );
    witnesses.saw(if seen.is_some() { "present" } else { "absent" });
}
