//! The recorded traces of `tests/conformance`, through the program's entry (design 01, FORMAT.md of the traces).

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod common;

use common::Bench;
use flate2::read::GzDecoder;
use risk::constants::{MAX_OI_SIDE_Q, MAX_ORACLE_PRICE};
use risk::wire::MarketView;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;

const MODES: [&str; 3] = ["Normal", "DrainOnly", "ResetPending"];

/// A number given as such or as a decimal string.
fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn index(value: &Value) -> [u8; 4] {
    u32::try_from(int(value)).unwrap().to_le_bytes()
}

fn word(value: &Value) -> [u8; 8] {
    int(value).to_le_bytes()
}

fn initialize(head: &Value) -> Vec<u8> {
    let p = &head["params"];
    let fee = int(&p["trading_fee_bps"]);
    let mut words = vec![
        int(&p["warmup_period_slots"]),
        fee,
        int(&p["maintenance_margin_bps"]),
        int(&p["initial_margin_bps"]),
        int(&p["liquidation_fee_bps"]),
        int(&p["liquidation_fee_cap"]),
        int(&p["min_liquidation_abs"]),
        int(&p["min_initial_deposit"]),
        int(&p["min_nonzero_mm_req"]),
        int(&p["min_nonzero_im_req"]),
        int(&p["insurance_floor"]),
        int(&p["max_accounts"]),
        MAX_ORACLE_PRICE,
        MAX_OI_SIDE_Q,
        fee,
        0,
        0,
        1,
        1,
    ];
    words.extend([0; 7]);
    let mut data = vec![0];
    data.extend(words.into_iter().flat_map(i64::to_le_bytes));
    data.extend(index(&head["max_slots"]));
    data.extend(word(&head["init"]["slot"]));
    data.extend(word(&head["init"]["price"]));
    data.push(0);
    data
}

fn policy(value: &Value) -> Vec<u8> {
    let (kind, close_q) = match value {
        Value::Null => (0, 0),
        Value::String(_) => (1, 0),
        other => (2, int(&other["ExactPartial"])),
    };
    let mut data = vec![kind];
    data.extend(i64::to_le_bytes(close_q));
    data
}

fn instruction(op: &str, args: &Value) -> Vec<u8> {
    let inputs =
        || [word(&args["oracle_price"]), word(&args["now_slot"]), word(&args["funding_rate"])].concat();
    let own = |tag: u8| [vec![tag], index(&args["idx"]).to_vec()].concat();
    let nobody = u32::MAX.to_le_bytes();
    match op {
        "deposit" => [own(1), word(&args["amount"]).to_vec(), word(&args["now_slot"]).to_vec()].concat(),
        "deposit_fee_credits" => {
            [own(2), word(&args["amount"]).to_vec(), word(&args["now_slot"]).to_vec()].concat()
        }
        "top_up_insurance_fund" => {
            [vec![3], word(&args["amount"]).to_vec(), word(&args["now_slot"]).to_vec()].concat()
        }
        "settle_account" => [own(4), inputs()].concat(),
        "withdraw" => [own(5), word(&args["amount"]).to_vec(), inputs()].concat(),
        "convert_released_pnl" => [own(6), word(&args["x_req"]).to_vec(), inputs()].concat(),
        "execute_trade" => [
            vec![7],
            index(&args["a"]).to_vec(),
            index(&args["b"]).to_vec(),
            word(&args["size_q"]).to_vec(),
            word(&args["exec_price"]).to_vec(),
            vec![0],
            inputs(),
        ]
        .concat(),
        "liquidate" => [own(8), policy(&args["policy"]), nobody.to_vec(), inputs()].concat(),
        "keeper_crank" => {
            let candidates = args["candidates"].as_array().unwrap();
            let mut data = vec![9];
            data.extend(u16::try_from(candidates.len()).unwrap().to_le_bytes());
            for candidate in candidates {
                data.extend(index(&candidate[0]));
                data.extend(policy(&candidate[1]));
            }
            data.extend(index(&args["max_revalidations"]));
            [data, nobody.to_vec(), inputs()].concat()
        }
        "reclaim_empty_account" => own(10),
        other => panic!("unknown operation {other}"),
    }
}

/// The canonical text of FORMAT.md, without `last_fee_slot`.
fn describe(view: &MarketView) -> String {
    let (g, l, s) = (&*view.globals, &*view.long, &*view.short);
    let mode = |word: i64| MODES[usize::try_from(word).unwrap()];
    let mut text = format!(
        "G|{}|{}|{}|{}|{}|{}|{}|{}",
        g.vault,
        g.insurance,
        view.params.insurance_floor,
        g.current_slot,
        g.price_last,
        g.slot_last,
        g.funding_rate,
        g.funding_price_last
    );
    for (long, short) in [
        (l.a.into(), s.a.into()),
        (l.k.get(), s.k.get()),
        (l.epoch.into(), s.epoch.into()),
        (l.k_epoch_start.get(), s.k_epoch_start.get()),
        (l.oi_eff.into(), s.oi_eff.into()),
    ] {
        write!(text, "|{long}|{short}").unwrap();
    }
    write!(text, "|{}|{}", mode(l.mode), mode(s.mode)).unwrap();
    for (long, short) in [
        (l.stored_positions, s.stored_positions),
        (l.stale_positions, s.stale_positions),
        (l.phantom_dust_q, s.phantom_dust_q),
    ] {
        write!(text, "|{long}|{short}").unwrap();
    }
    writeln!(text, "|{}|{}|{}|{}", g.c_tot, g.pnl_pos_tot, g.pnl_matured_pos_tot, g.used_accounts).unwrap();
    for (index, a) in view.accounts.iter().enumerate().filter(|(_, account)| account.used != 0) {
        writeln!(
            text,
            "A|{index}|{}|{}|{}|{}|{}|{}|{}|{}|-|{}|{}",
            a.capital,
            a.pnl,
            a.reserved_pnl,
            a.basis_q,
            a.a_basis,
            a.k_snap.get(),
            a.epoch_snap,
            a.fee_credits,
            a.warmup_start,
            a.warmup_slope
        )
        .unwrap();
    }
    text
}

fn replay(path: &Path) -> usize {
    let text = std::io::read_to_string(GzDecoder::new(std::fs::File::open(path).unwrap())).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let head = lines.next().unwrap();
    let slots = usize::try_from(int(&head["max_slots"])).unwrap();
    let mut bench = Bench::new(slots);
    bench.run(&initialize(&head)).unwrap();
    let mut replayed = 0;
    for line in lines.filter(|line| line["op"].is_string()) {
        let place = format!("{} operation {}", path.display(), line["i"]);
        let outcome = bench.run(&instruction(line["op"].as_str().unwrap(), &line["args"]));
        assert_eq!(outcome.is_ok(), line["ok"].as_bool().unwrap(), "{place}: {outcome:?}");
        if let Err(error) = outcome {
            let expected = line["err"].as_str().unwrap();
            assert!(expected == "Panic" || expected == format!("{error:?}"), "{place}: {error:?}");
        }
        // The recorded crank also reclaims; the rules keep that an instruction of its own.
        for account in line["ret"]["gc"].as_array().into_iter().flatten() {
            bench.run(&[vec![10], index(account).to_vec()].concat()).unwrap();
        }
        let view = bench.view();
        let mut hash = String::new();
        for byte in Sha256::digest(describe(&view)).iter().take(8) {
            write!(hash, "{byte:02x}").unwrap();
        }
        assert_eq!(hash, line["state_nf"].as_str().unwrap(), "{place}\n{}", describe(&view));
        replayed += 1;
    }
    assert_eq!(replayed, usize::try_from(int(&head["ops"])).unwrap());
    replayed
}

#[test]
fn all_recorded_traces_replay() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/traces");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.iter().map(|file| replay(file)).sum::<usize>(), 18_000);
}
