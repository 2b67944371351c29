package market

import (
	"time"

	"pricegap/market/money"
)

// AlertState is where an alert is in its life.
type AlertState string

// The states of an alert.
const (
	AlertInactive   AlertState = "inactive"
	AlertPending    AlertState = "pending"    // the condition holds, its waiting time has not passed
	AlertFiring     AlertState = "firing"     // staff should know
	AlertRecovering AlertState = "recovering" // the condition no longer holds, its clearing time has not passed
	AlertResolved   AlertState = "resolved"   // staff should know that it is over
)

// Topic is what an alert is about: a product of ours, a rival's listing of it, or a whole source. Two
// findings of one rule on one topic are the same alert.
type Topic struct {
	Product ProductID `json:"product,omitzero"`
	Source  SourceID  `json:"source,omitzero"`
	Listing ListingID `json:"listing,omitzero"`
}

// Side is what one shop says about a product at the moment of an alert.
type Side struct {
	Source    SourceID     `json:"source"`
	Name      string       `json:"name"` // of the shop, as configured
	Price     money.Amount `json:"price,omitzero"`
	Delivered money.Amount `json:"delivered,omitzero"` // price plus shipping
	Shipping  money.Amount `json:"shipping,omitzero"`
	Stock     Stock        `json:"stock,omitzero"`
	// DeliveryDays and DeliveryText are the delivery promise.
	DeliveryDays Count `json:"delivery_days,omitzero"`
	DeliveryText Text  `json:"delivery_text,omitzero"`
	// URL is the page to look at.
	URL string `json:"url,omitzero"`
	// SeenAt is when this was last seen.
	SeenAt time.Time `json:"seen_at,omitzero"`
}

// Advantage is one selling point of ours beside what the rival is known to offer, or one of theirs beside ours.
type Advantage struct {
	Kind PointKind `json:"kind"`
	// Ours and Theirs say it, by language; the one that is empty is not known.
	Ours   map[string]string `json:"ours"`
	Theirs map[string]string `json:"theirs,omitzero"`
}

// Facts are what a message about an alert says. They are copied into the alert when its state changes,
// so that the message can be told, and explained, later.
type Facts struct {
	Title Text `json:"title,omitzero"`
	Brand Text `json:"brand,omitzero"`
	// Category serves routing and grouping.
	Category Text `json:"category,omitzero"`
	Ours     Side `json:"ours,omitzero"`
	Theirs   Side `json:"theirs,omitzero"`
	// Before is their price, or ours, before a price change.
	Before money.Amount `json:"before,omitzero"`
	// StockBefore is their stock before a stock change.
	StockBefore Stock `json:"stock_before,omitzero"`
	// Gap is theirs minus ours on Basis ("shelf" or "delivered"); GapBasisPoints the same in hundredths of a
	// percent of our price.
	Basis          string       `json:"basis,omitzero"`
	Gap            money.Amount `json:"gap,omitzero"`
	GapBasisPoints Count        `json:"gap_basis_points,omitzero"`
	// Advantages are the selling points of ours that the rival does not match, Drawbacks those of theirs that we
	// do not match.
	Advantages []Advantage `json:"advantages,omitzero"`
	Drawbacks  []Advantage `json:"drawbacks,omitzero"`
	// Failures are the reasons of a blind source, most frequent first.
	Failures []FailureKind `json:"failures,omitzero"`
	// Odd is what is odd of a shop that changed as a whole.
	Odd []Oddity `json:"odd,omitzero"`
	// LastGoodAt is when a blind source was last seen well.
	LastGoodAt time.Time `json:"last_good_at,omitzero"`
}

// Told is what one channel was told about an alert.
type Told struct {
	// State is the last state the channel knows: "", firing or resolved.
	State AlertState `json:"state,omitzero"`
	// Transition is the number of the transition that was told; see Alert.Transition.
	Transition int `json:"transition,omitzero"`
	// SendingAt is set before a message is handed to the channel and cleared when its answer is known. An alert
	// found with SendingAt after a restart may have been told; it is told again, marked as a possible repeat.
	SendingAt time.Time `json:"sending_at,omitzero"`
	// At is when the channel confirmed, Reference how it calls the message (Slack's ts).
	At        time.Time `json:"at,omitzero"`
	Reference string    `json:"reference,omitzero"`
	// Attempts counts failed deliveries in a row; NotBefore is when to try again; Error is the last failure,
	// safe to show; Dead says that the channel refused it for good.
	Attempts  int       `json:"attempts,omitzero"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Error     string    `json:"error,omitzero"`
	Dead      bool      `json:"dead,omitzero"`
	// Late says that the transition was more than a day old before the channel could be told: it is listed, not
	// sent.
	Late bool `json:"late,omitzero"`
}

// Alert is one rule holding, or having held, about one topic.
type Alert struct {
	// ID is made of rule and topic; it is stable for the life of both.
	ID    string `json:"id"`
	Rule  string `json:"rule"` // the rule's name in sources.yaml
	Kind  string `json:"kind"` // the rule's kind: undercut, price_change, stock, source_blind, shop_changed, unstable
	Topic Topic  `json:"topic"`

	State AlertState `json:"state"`
	// Since is when the state began; FiredAt when it last began to fire; ResolvedAt when it last ended.
	Since      time.Time `json:"since"`
	FiredAt    time.Time `json:"fired_at,omitzero"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	// Transition counts the beginnings and endings of firing; odd while it fires.
	Transition int `json:"transition"`
	// Once says that it happened and has no end of its own: it is over when every channel was told.
	Once bool `json:"once,omitzero"`
	// ChangeSeq is the change in the log that led to the present state; 0 for a tick.
	ChangeSeq uint64 `json:"change_seq,omitzero"`
	Facts     Facts  `json:"facts"`
	// Channels are the channels that it goes to, and Told what each of them knows.
	Channels []string        `json:"channels,omitzero"`
	Told     map[string]Told `json:"told,omitzero"`
}
