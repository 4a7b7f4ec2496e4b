//! Every model can fail: it kills a mutant, one that a page names it for, or one that is given here.

use super::mutants::{named_models, survivors, test_path, test_paths};
use crate::platform::sync::AT_ONCE;
use std::collections::BTreeSet;

/// Mutants, and models of which each kills it.
const KILLS: &[(&str, &[&str])] = &[
    (
        AT_ONCE,
        &[
            "a_claim_closed_by_another_insertion",
            "a_flush_and_a_removal",
            "a_thread_that_begins_and_one_that_ends",
            "claim_and_a_whole_life_of_the_key",
            "claim_and_removal_of_one_key",
            "clearing_and_no_wish",
            "flush_of_a_present_key_and_migration",
            "flush_of_an_absent_key_and_migration",
            "get_of_a_key_that_came_back",
            "growth_and_rebuild",
            "insert_and_migration_boxed",
            "insertion_behind_a_full_line",
            "insertion_behind_a_full_line_and_migration",
            "insertion_in_a_full_line",
            "insertion_of_a_removed_key_and_migration",
            "insertion_of_a_reserved_key_and_migration",
            "insertions_into_a_full_table",
            "late_helper_boxed",
            "late_helper_inline",
            "late_helper_that_stops",
            "len_beside_a_change_that_comes_to_nothing",
            "push_and_insertion",
            "rebuild_and_insertion_boxed",
            "rebuild_and_insertion_inline",
            "rebuild_and_return_of_a_removed_boxed_key",
            "rebuild_and_return_of_a_removed_inline_key",
            "removal_and_compare_and_set_of_a_box",
            "removal_and_insertion",
            "removal_and_insertion_of_a_box",
            "removal_and_migration",
            "removal_and_update",
            "removal_and_update_of_an_index",
            "removal_of_a_value_that_needs_a_box",
            "reuse_and_reuse_of_another_size",
            "taking_all_and_taking_all",
            "two_clearings",
            "published::two_compare_and_sets",
            "values::two_compare_and_sets",
            "values::two_updates",
            "two_compare_and_sets_of_an_index",
            "two_discards",
            "two_first_tables",
            "two_flushes_of_a_present_boxed_key",
            "two_flushes_of_a_present_inline_key",
            "two_flushes_of_an_absent_boxed_key",
            "two_flushes_of_an_absent_inline_key",
            "two_helpers_at_a_removed_key",
            "two_helpers_at_reserved_slots",
            "two_insertions_and_get_of_a_key_without_a_tag",
            "two_insertions_into_a_new_segment",
            "two_insertions_of_a_box",
            "two_insertions_of_a_removed_key",
            "two_insertions_of_one_boxed_key",
            "two_insertions_of_one_inline_key",
            "two_insertions_of_two_keys",
            "two_keys_for_one_place",
            "two_notices_at_once",
            "two_publications_of_one_version",
            "two_pushes",
            "two_rebuilds",
            "two_reclamations",
            "two_removals",
            "two_removals_of_a_box",
            "two_replacements_of_values_that_need_a_box",
            "two_returns_of_a_removed_key_behind_a_migration",
            "two_reuses",
            "two_swaps",
            "two_to_keep",
            "two_updates_of_an_index",
            "update_and_migration_boxed",
            "update_of_a_reserved_key_and_migration",
            "walk_and_migration_boxed",
            "walk_and_migration_inline",
            "walk_of_a_partition_and_migration",
        ],
    ),
    (
        "FREEZE:Relaxed",
        &["batch_and_migration_boxed", "batch_and_migration_inline", "update_removal_and_get_in_a_closed_table"],
    ),
    ("PUBLISH:Relaxed", &["two_publications_and_two_loads"]),
    ("SET_VALUE:Relaxed", &["replacement_and_walk", "return_and_walk_of_a_removed_key", "walk_and_insertion"]),
    ("WAITS", &["removal_and_walk"]),
    ("FIND_VALUE:Relaxed", &["return_and_get_of_a_removed_key"]),
    ("TAG_COPY", &["get_of_tags_and_migration"]),
    ("DENSE_WALK:Relaxed", &["replacement_and_walk_of_a_box"]),
    (
        "BEGIN_FIRST",
        &[
            "dense_len_of_what_came_in_a_cell_of_its_own",
            "dense_len_of_what_came_in_a_shared_cell",
            "dense_len_of_what_went",
            "len_of_what_was_seen_in_a_cell_of_its_own",
        ],
    ),
    ("SEGMENT_FIND:Relaxed", &["removal_beside_a_new_segment"]),
    ("DENSE_EDIT:Relaxed", &["insertion_and_compare_and_set_of_a_box", "insertion_and_update_of_a_box"]),
    ("PIN_FIRST", &["walk_and_a_value_that_needs_a_box"]),
    ("DENSE_GET:Relaxed", &["replacement_and_get_of_a_box"]),
    ("SKIP_DEAD", &["an_old_guard_and_a_dead_key"]),
    (
        "LOAD_ROOT:Relaxed",
        &[
            "copy_behind_a_full_line",
            "get_of_a_reserved_key_inserted_behind_a_migration",
            "get_of_lines_and_migration",
            "rebuild_and_walk",
        ],
    ),
    ("FIND_KEY:Relaxed", &["get_behind_a_full_line"]),
    ("DECIDE_NEXT:Relaxed", &["get_in_a_full_table"]),
    ("SEALED_LEADS_ON", &["get_of_an_inline_key_inserted_behind_a_migration"]),
];

/// Models that none of the mutants kills, with the reason.
const UNKILLED: &[(&str, &str)] = &[
    ("removal_and_get", "the value was there before, and the reclaimer checks it in one step with the load"),
    ("removal_and_get_of_a_box", "the same"),
    ("removal_and_walk_of_a_box", "the same"),
    (
        "insert_and_get_boxed_value",
        "the claim of the key orders the box, and so does the value: a mutant weakens one of them",
    ),
    ("insert_and_get_inline", "nothing is read through its words"),
    (
        "insertion_and_compare_and_set_of_an_index",
        "a compare-and-set acts on what it has seen only, so that nothing can be lost between the two",
    ),
    ("two_flushes_that_read_and_write", "a control, which fails without a mutant"),
    (
        "two_gets_of_a_key_inserted_behind_a_migration",
        "both read the same words, of which a thread sees none older again",
    ),
    ("walk_of_a_partition_and_insertion_behind_a_full_line", "one slot changes, and is yielded or not"),
];

/// Modules without models.
const OTHERS: [&str; 5] = ["kills", "killed", "mutants", "pages", "vacuity"];

#[test]
fn every_model_can_fail() {
    let pairs: Vec<_> =
        KILLS.iter().flat_map(|(mutant, models)| models.iter().map(|&model| (model, (*mutant).to_owned()))).collect();
    let total = pairs.len();
    let survivors = survivors(pairs);
    println!("{} of {total} models fail", total - survivors.len());
    assert!(survivors.is_empty(), "passed:\n{}", survivors.join("\n"));
}

#[test]
fn every_model_kills_a_mutant_or_has_a_reason() {
    let listed = KILLS.iter().flat_map(|(_, models)| models.iter().copied());
    let listed = listed.chain(UNKILLED.iter().map(|&(model, _)| model));
    let path = |model| test_path(model).unwrap_or_else(|| panic!("there is no model {model}"));
    let covered: BTreeSet<_> = named_models().chain(listed).map(path).collect();
    let is_model = |path: &&str| !OTHERS.iter().any(|other| path.starts_with(&format!("models::{other}::")));
    let missing: Vec<_> = test_paths().filter(is_model).filter(|path| !covered.contains(path)).collect();
    assert!(missing.is_empty(), "neither kill a mutant nor have a reason: {missing:?}");
}
