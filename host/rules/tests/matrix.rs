//! The table of every verdict, in its three formats.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod support;

use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_rules::defaults;
use presync_rules::matrix::{Format, Matrix};
use support::{Guest, host, load};

fn written(matrix: &Matrix, format: Format) -> String {
    let mut out = Vec::new();
    matrix.write(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_table_of_8x8_to_teams() {
    let matrix = Matrix::of(&defaults::chain::<SessionVerdict>(&host(), Vec::new()).unwrap());
    insta::assert_snapshot!(written(&matrix, Format::Table));
}

#[test]
fn the_table_of_teams_to_8x8() {
    let matrix = Matrix::of(&defaults::chain::<PublishVerdict>(&host(), Vec::new()).unwrap());
    insta::assert_snapshot!(written(&matrix, Format::Table));
}

#[test]
fn csv_has_a_header_and_a_row_per_combination() {
    let matrix = Matrix::of(&defaults::chain::<PublishVerdict>(&host(), Vec::new()).unwrap());
    let csv = written(&matrix, Format::Csv);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("availability,activity,out_of_office,action,status,calls,note"));
    assert_eq!(lines.next(), Some("available,available,false,publish,available,unchanged,"));
    assert_eq!(lines.count(), 15 * 17 * 2 - 1);
}

#[test]
fn json_has_an_object_per_combination() {
    let matrix = Matrix::of(&defaults::chain::<SessionVerdict>(&host(), Vec::new()).unwrap());
    let json: Vec<serde_json::Value> = serde_json::from_str(&written(&matrix, Format::Json)).unwrap();
    assert_eq!(json.len(), 9 * 2);
    assert_eq!(json[5]["call_active"], true);
    assert_eq!(json[5]["session"], "in-a-call");
}

#[test]
fn a_rule_that_fails_is_shown_with_its_faults() {
    let host = host();
    let bad = load(&host, &Guest { decide: "unreachable", ..Guest::default() });
    let matrix = Matrix::of(&defaults::chain::<PublishVerdict>(&host, vec![bad]).unwrap());
    assert_eq!(matrix.faults.len(), 1);
    assert_eq!(matrix.rows.len(), 15 * 17 * 2);
}
