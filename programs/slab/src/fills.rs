//! A fill: one trade of the risk engine at the maker's price, undone if it fails, and what follows from it in the book
//! (docs/slab.md, "A fill").

use crate::book::shrink_order;
use crate::canary::{Canary, sings};
use crate::errors::{Outcome, SlabError};
use crate::guards::book_aggression;
use crate::instructions::{Index, OrderSide, SlabInputs};
use crate::journal::SlabUndo;
use crate::state::{Order, Slab, TradeRow, account_of, place_of};
use math::require_safe;
use risk::apply::apply_trade;
use risk::instructions::{ExecuteTrade, Maker, MarketInputs};
use risk::state::{Account, Globals, Side};
use risk::trade::{TradeFault, TradeFees};

/// Who takes, on which side and at which price and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taker {
    /// Who.
    pub account: Index,
    /// On which side.
    pub side: OrderSide,
    /// Worst price.
    pub limit: i64,
    /// Index and slot.
    pub inputs: SlabInputs,
    /// Does the round-trip ledger count it?
    pub is_booked: bool,
}

/// Whose doing it is that a fill failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The maker's.
    Maker(SlabError),
    /// The taker's, or nobody's alone.
    Taker(SlabError),
}

/// What a trade may change in the risk engine: on chain nothing else could take it back within an instruction.
struct Before {
    globals: Globals,
    long: Side,
    short: Side,
    maker: (Index, Account),
    taker: (Index, Account),
}

impl Before {
    fn save<U: SlabUndo>(slab: &Slab<U>, maker: Index, taker: Index) -> Outcome<Self> {
        let view = &*slab.view;
        Ok(Self {
            globals: *view.globals,
            long: *view.long,
            short: *view.short,
            maker: (maker, *slab.account(maker)?),
            taker: (taker, *slab.account(taker)?),
        })
    }

    /// The journal knows these records already: the trade has written them.
    fn restore<U: SlabUndo>(&self, slab: &mut Slab<U>) {
        let view = &mut *slab.view;
        *view.globals = self.globals;
        *view.long = self.long;
        *view.short = self.short;
        for (index, account) in [self.maker, self.taker] {
            if let Some(slot) = view.accounts.get_mut(place_of(i64::from(index) + 1)) {
                *slot = account;
            }
        }
    }
}

/// Was the order there when the batch opened?
#[must_use]
pub fn is_live<U: SlabUndo>(slab: &Slab<U>, order: &Order) -> bool {
    order.epoch < slab.view.book.batch_epoch
}

/// Price, time and the slab's own funding rate, as the risk engine wants them.
#[must_use]
pub fn market_inputs<U: SlabUndo>(slab: &Slab<U>, inputs: SlabInputs) -> MarketInputs {
    let SlabInputs { oracle_price, now_slot } = inputs;
    MarketInputs { oracle_price, now_slot, funding_rate: slab.view.book.funding_rate }
}

/// The trade alone, with the taker's name on what is neither party's fault.
fn trade<U: SlabUndo>(slab: &mut Slab<U>, order: &Order, taker: &Taker, q: i64) -> Result<TradeFees, Fault> {
    let maker = account_of(order.account).map_err(Fault::Taker)?;
    let (buyer, seller, maker_side) = match OrderSide::of(order.side) {
        OrderSide::Buy => (maker, taker.account, Maker::Buyer),
        OrderSide::Sell => (taker.account, maker, Maker::Seller),
    };
    let inputs = market_inputs(slab, taker.inputs);
    let maker_fee_bps = slab.view.params.maker_fee_bps;
    let is_late = slab.view.slab_params.jit_penalty != 0 && !is_live(slab, order);
    let maker_fee_bps =
        if is_late && !sings(Canary::JitRebatePaid) { maker_fee_bps.max(0) } else { maker_fee_bps };
    let (mut market, accounts) = slab.risk();
    let trade = ExecuteTrade {
        buyer,
        seller,
        size_q: q,
        execution_price: order.price,
        maker: Some(maker_side),
        inputs,
    };
    apply_trade(&mut market, accounts, &trade, maker_fee_bps).map_err(|TradeFault { error, party }| {
        if party == Some(maker_side) { Fault::Maker(error.into()) } else { Fault::Taker(error.into()) }
    })
}

/// Trades between a taker and one maker that are taken back in the end, to see whether they would succeed.
pub struct Trial {
    before: Before,
}

impl Trial {
    /// Begins with the accounts of the maker and the taker as they are.
    pub fn begin<U: SlabUndo>(slab: &Slab<U>, maker: Index, taker: &Taker) -> Outcome<Self> {
        Ok(Self { before: Before::save(slab, maker, taker.account)? })
    }

    /// One more trade, which stands until the end. Nothing is booked and no order shrinks.
    pub fn trade<U: SlabUndo>(
        &self,
        slab: &mut Slab<U>,
        order: &Order,
        taker: &Taker,
        q: i64,
    ) -> Result<(), Fault> {
        trade(slab, order, taker, q).map(|_| ())
    }

    /// Takes all of them back.
    pub fn end<U: SlabUndo>(self, slab: &mut Slab<U>) {
        self.before.restore(slab);
    }
}

/// Fills `q` of a resting order: trade, ledger, order, trades ring. A trade that fails is undone and says whose doing it
/// was; the outer error ends the instruction.
pub fn fill<U: SlabUndo>(
    slab: &mut Slab<U>,
    link: i64,
    taker: &Taker,
    q: i64,
) -> Outcome<Result<TradeFees, Fault>> {
    let order = *slab.get::<Order>(link)?;
    let before = Before::save(slab, account_of(order.account)?, taker.account)?;
    let taker = &Taker { side: OrderSide::of(order.side).opposite(), ..*taker };
    let booked = taker.is_booked && slab.view.slab_params.round_trip_guard != 0;
    let fees = trade(slab, &order, taker, q).and_then(|fees| {
        if booked {
            book_aggression(slab, taker.account, taker.side, q, order.price).map_err(Fault::Taker)?;
        }
        Ok(fees)
    });
    if fees.is_err() {
        before.restore(slab);
        return Ok(fees);
    }
    record_trade(slab, &order, taker, q)?;
    shrink_order(slab, link, q)?;
    Ok(fees)
}

/// Writes the next row of the trades ring.
fn record_trade<U: SlabUndo>(slab: &mut Slab<U>, order: &Order, taker: &Taker, q: i64) -> Outcome<()> {
    let seq = slab.view.book.trade_count;
    let rows = i64::try_from(slab.view.trades.len()).map_err(|_| SlabError::CORRUPT)?;
    let row = seq.checked_rem(rows).ok_or(SlabError::CORRUPT)?;
    *slab.edit::<TradeRow>(row + 1)? = TradeRow {
        seq,
        slot: taker.inputs.now_slot,
        price: order.price,
        qty: q,
        maker: order.account,
        taker: i64::from(taker.account),
        taker_side: taker.side.word(),
        maker_order: order.id,
    };
    slab.book_mut().trade_count = require_safe(seq + 1)?;
    Ok(())
}
