//! Instructions of the raw risk engine (design 01 §10). Amounts and prices in quote atoms, sizes in q-units, rates in
//! bps per slot (divided by `funding_scale`).

/// Index of an account.
pub type Index = u32;

/// Close everything, or exactly this many q-units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiquidationPolicy {
    /// The whole position.
    Full,
    /// Exactly this many q-units.
    Partial(i64),
}

/// An account to crank and what to do if it is liquidatable; `None` touches only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrankCandidate {
    /// The account.
    pub account: Index,
    /// How to liquidate it.
    pub hint: Option<LiquidationPolicy>,
}

/// What every instruction that accrues is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketInputs {
    /// Quote atoms per base.
    pub oracle_price: i64,
    /// The slot.
    pub now_slot: i64,
    /// Bps per slot from now on; positive when longs pay.
    pub funding_rate: i64,
}

/// Which side of a trade made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// The buyer.
    Buyer,
    /// The seller.
    Seller,
}

/// `buyer` buys `size_q` from `seller` at `execution_price`. `maker` pays the maker fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecuteTrade {
    /// Who buys.
    pub buyer: Index,
    /// Who sells.
    pub seller: Index,
    /// How much.
    pub size_q: i64,
    /// At which price.
    pub execution_price: i64,
    /// Who rested, if anybody did.
    pub maker: Option<Maker>,
    /// Price, time, rate.
    pub inputs: MarketInputs,
}

/// One instruction; `C` lists the candidates of a crank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields mean what design 01 §10 says of each instruction")]
pub enum RiskInstruction<C> {
    Deposit { account: Index, amount: i64, now_slot: i64 },
    DepositFeeCredits { account: Index, amount: i64, now_slot: i64 },
    TopUpInsurance { amount: i64, now_slot: i64 },
    SettleAccount { account: Index, inputs: MarketInputs },
    Withdraw { account: Index, amount: i64, inputs: MarketInputs },
    ConvertReleased { account: Index, amount: i64, inputs: MarketInputs },
    ExecuteTrade(ExecuteTrade),
    Liquidate { account: Index, policy: LiquidationPolicy, keeper: Option<Index>, inputs: MarketInputs },
    KeeperCrank { candidates: C, max_revalidations: u32, keeper: Option<Index>, inputs: MarketInputs },
    Reclaim { account: Index },
    CloseAccount { account: Index, inputs: MarketInputs },
    SetHedge { account: Index, net: i64, gross: i64 },
}
