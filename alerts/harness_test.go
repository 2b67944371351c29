package alerts_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/slacktest"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
)

// The points at which the kill loop ends the process that judges and tells.
const (
	beforeCommit   = "before commit"
	afterCommit    = "after commit"
	beforeSend     = "before send"
	requestWritten = "request written"
	responseRead   = "response read"
	beforeMarked   = "before it is marked sent"
)

var points = []string{beforeCommit, afterCommit, beforeSend, requestWritten, responseRead, beforeMarked}

// inFlight are the points at which a message may have arrived although nobody noted it.
var inFlight = []string{requestWritten, responseRead, beforeMarked}

const (
	harnessToken   = "xoxb-harness"
	harnessChannel = "C1"
	harnessGoods   = 4  // products whose rival's price moves
	harnessRounds  = 30 // rounds before a new file is begun
)

// figure returns how often a harness runs: a few times in `go test`, a tenth of the figure in CI, all of it to
// prove the promise.
func figure(full int) int {
	switch os.Getenv("PRICEGAP_HARNESS") {
	case "prove":
		return full
	case "ci":
		return full / 10
	}
	return 2 * len(points)
}

// TestHarnessHistories holds what is promised over 10,000 random histories over as many. Without PRICEGAP_HARNESS each of these
// tests runs on its own.
func TestHarnessHistories(t *testing.T) {
	if os.Getenv("PRICEGAP_HARNESS") == "" {
		t.Skip("PRICEGAP_HARNESS is not set")
	}
	t.Run("steps", TestStepProperties)
	t.Run("deliveries", TestDeliveryProperties)
	t.Run("alerts", TestAlertsAreWhatWasSeen)
	t.Run("told", TestOnlyWhatWasSeenIsTold)
	t.Run("news", TestOnlyWhatIsSeenIsNews)
}

// dear reports whether the rival asks more than we do for product p in that round; product 0 moves in every
// round, product 1 in every second one.
func dear(p, round int) bool { return round/(p+1)%2 == 1 }

// due returns the transitions that a channel must have heard of after that round: alert id and number.
func due(round int) map[string]bool {
	out := map[string]bool{}
	for p := range harnessGoods {
		id := alerts.ID("cheaper", market.Topic{Product: good(p), Source: "lamp"})
		fires, n := false, 0
		for r := range round + 1 {
			if fires == dear(p, r) {
				fires = !fires
				n++
				out[fmt.Sprintf("%s:%d", id, n)] = true
			}
		}
	}
	return out
}

func good(p int) market.ProductID { return market.ProductID(fmt.Sprint("P", p)) }

// killer ends the process when a point is passed for the n-th time.
type killer struct {
	point string
	n     int
}

func (k *killer) pass(point string) {
	if point != k.point {
		return
	}
	if k.n--; k.n > 0 {
		return
	}
	fmt.Println("killed", point)
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Kill()
	}
	select {} // SIGKILL ends it here
}

// killBox passes the points around a commit.
type killBox struct {
	store.Store
	k *killer
}

func (b killBox) PutAlerts(ctx context.Context, cursor string, seq uint64, as ...market.Alert) error {
	marks := false
	for _, a := range as {
		if t := a.Told["staff"]; t.SendingAt.IsZero() && t.Transition == a.Transition && !t.At.IsZero() {
			marks = true
		}
	}
	judged := cursor != "" && len(as) > 0
	if judged {
		b.k.pass(beforeCommit)
	} else if marks {
		b.k.pass(beforeMarked)
	}
	err := b.Store.PutAlerts(ctx, cursor, seq, as...)
	if judged {
		b.k.pass(afterCommit)
	}
	return err
}

// killNotifier passes the points around a message. A new channel for each message keeps the pace of one message
// a second out of the loop.
type killNotifier struct {
	k    *killer
	api  string
	http *http.Client
}

func (n killNotifier) Notify(ctx context.Context, m alerts.Message) (string, error) {
	n.k.pass(beforeSend)
	o, err := json.Marshal(map[string]string{"token": harnessToken, "channel": harnessChannel, "api": n.api})
	if err != nil {
		return "", err
	}
	s, err := notify.New("slack", func(v any) error { return json.Unmarshal(o, v) }, notify.Env{HTTP: n.http})
	if err != nil {
		return "", err
	}
	reference, err := s.Notify(ctx, m)
	n.k.pass(responseRead)
	return reference, err
}

// killTransport passes the point between a request and its answer.
type killTransport struct {
	k    *killer
	next http.RoundTripper
}

func (t killTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/chat.postMessage") {
		r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
			WroteRequest: func(httptrace.WroteRequestInfo) { t.k.pass(requestWritten) },
		}))
	}
	return t.next.RoundTrip(r)
}

// tell is the child of the kill loop: round by round it records prices, judges what the log says, and tells.
func tell(t *testing.T) {
	env := func(name string) string { return os.Getenv("ALERTS_" + name) }
	n, err := strconv.Atoi(env("NTH"))
	if err != nil {
		t.Fatal(err)
	}
	last, err := strconv.Atoi(env("LAST"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	s, err := store.Open(ctx, "bolt:"+filepath.Join(env("DIR"), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k := &killer{env("POINT"), n}
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	rule := cheaper(t)
	rule.TellResolved = true
	var now time.Time
	desk := alerts.NewDesk(alerts.Options{
		Box: killBox{s, k}, Rules: []alerts.Configured{rule}, Shops: shops[:2], Clock: func() time.Time { return now },
		Channels: []alerts.Channel{{Name: "staff", Language: "en", Notifier: killNotifier{k, env("API"), &http.Client{Transport: killTransport{k, tr}}}}},
	})
	begun, err := s.Cursor(ctx, "round")
	if err != nil {
		t.Fatal(err)
	}
	for round := int(begun); round <= last; round++ {
		now = start.Add(time.Duration(round) * time.Hour)
		if err := live(ctx, s, desk, round, now); err != nil {
			t.Fatal(err)
		}
		fmt.Println("told", round)
		if err := s.PutAlerts(ctx, "round", uint64(round+1)); err != nil {
			t.Fatal(err)
		}
	}
}

// live is one round: record, judge, deliver.
func live(ctx context.Context, s store.Store, desk *alerts.Desk, round int, now time.Time) error {
	var obs []market.Observation
	var matches []market.Match
	for p := range harnessGoods {
		theirs := int64(9000)
		if dear(p, round) {
			theirs = 11000
		}
		for source, cents := range map[market.SourceID]int64{"us": 10000, "lamp": theirs} {
			id := market.ListingID(fmt.Sprintf("%s:%d", source, p))
			obs = append(obs, market.Observation{
				Source: source, Listing: id, SeenAt: now, Trust: market.Trust{State: market.Trusted}, Offer: market.Offer{Price: euros(cents)},
			})
			matches = append(matches, market.Match{Product: good(p), Source: source, Listing: id, Decision: market.Accept, Exact: true})
		}
	}
	if _, err := s.Record(ctx, obs...); err != nil {
		return err
	}
	after, err := s.Cursor(ctx, "alerts")
	if err != nil {
		return err
	}
	for c, err := range s.Changes(ctx, after) {
		if err != nil {
			return err
		}
		board := compare.NewBoard(shops[:2], matches, c.After.SeenAt, compare.Options{})
		for o, err := range s.Latest(ctx, store.Query{AsOf: c.After.SeenAt, Trusted: true}) {
			if err != nil {
				return err
			}
			board.See(&o)
		}
		p, _ := strconv.Atoi(string(c.After.Listing[len(c.After.Listing)-1:]))
		e := alerts.Event{Now: c.After.SeenAt, Change: &c, Standing: board.Standing(market.Product{ID: good(p)})}
		if err := desk.Judge(ctx, c.Seq, e); err != nil {
			return err
		}
	}
	r, err := desk.Deliver(ctx)
	if err == nil && r.Waiting > 0 {
		err = fmt.Errorf("not told: %+v", r)
	}
	return err
}

// TestHarnessKill kills a process that judges and tells at named points around a commit and a message, and asks
// what arrived in Slack: everything; nothing twice where the channel's history can be read; else at most once more
// a kill, and marked.
func TestHarnessKill(t *testing.T) {
	if os.Getenv("ALERTS_POINT") != "" {
		tell(t)
		return
	}
	rnd, root := seeded(t), t.TempDir()
	defer keep(t, root)
	kills, repeats := map[string]int{}, 0
	full := figure(1000)
	for file := 0; total(kills) < full; file++ {
		dir := filepath.Join(root, strconv.Itoa(file))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		repeats += killFile(t, rnd, dir, file%2 == 1, min(harnessRounds, full/2, full-total(kills)), kills)
		if t.Failed() {
			t.Fatalf("in file %d", file)
		}
	}
	t.Logf("%d kills: %v; 0 alerts lost, %d told twice and marked where the history is not readable", total(kills), kills, repeats)
	for _, p := range points {
		if kills[p] == 0 {
			t.Errorf("nobody was killed %s: the harness proves nothing", p)
		}
	}
	if repeats == 0 && full >= 100 { // a few kills may all meet an edit, which nobody hears twice
		t.Error("no message was told twice: the window in flight was never met")
	}
}

// killFile kills as often as it is told over one file and one Slack, then lets the rest be told in peace. It
// returns how many alerts were told twice.
func killFile(t *testing.T, rnd *rand.Rand, dir string, blind bool, n int, kills map[string]int) int {
	slack := slacktest.New(slacktest.Options{Token: harnessToken, Channels: []string{harnessChannel}, NoHistory: blind})
	defer slack.Close()
	round, windows := -1, 0
	for i := range n {
		point := points[i%len(points)]
		told, died := child(t, dir, slack.API(), point, 1+rnd.IntN(2), 1<<20, round)
		if round = told; !died {
			t.Fatalf("the child was not killed %s", point)
		}
		kills[point]++
		if slices.Contains(inFlight, point) {
			windows++
		}
		check(t, slack, round, blind, windows, fmt.Sprintf("kill %d, %s", i, point))
	}
	last := round + 2
	round, died := child(t, dir, slack.API(), "nowhere", 1, last, round)
	if died || round != last {
		t.Fatalf("in peace: killed is %t, round %d of %d", died, round, last)
	}
	return check(t, slack, round, blind, windows, "in peace")
}

// child runs until it is killed or has told the last round, and returns the last round it told.
func child(t *testing.T, dir, api, point string, nth, last, round int) (int, bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHarnessKill$", "-test.count=1")
	cmd.Env = append(
		os.Environ(), "ALERTS_DIR="+dir, "ALERTS_API="+api, "ALERTS_POINT="+point, "ALERTS_NTH="+strconv.Itoa(nth),
		"ALERTS_LAST="+strconv.Itoa(last), "GORACE=atexit_sleep_ms=0",
	)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	reached := false
	var rest []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		l := lines.Text()
		if n, ok := strings.CutPrefix(l, "told "); ok {
			if round, err = strconv.Atoi(n); err != nil {
				t.Fatal(err)
			}
		} else {
			rest = append(rest, l)
		}
		reached = reached || l == "killed "+point
	}
	err = cmd.Wait()
	killed := cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled()
	if killed != reached || !killed && err != nil {
		t.Fatalf("the child ended by itself: %v: %s %s", err, failure.String(), strings.Join(rest, "\n"))
	}
	return round, killed
}

// tells returns the id of a message and the transitions that it tells.
func tells(t testing.TB, m slacktest.Message) (id string, as []string) {
	t.Helper()
	var meta struct {
		Payload struct {
			ID     string `json:"message_id"`
			Alerts string `json:"alert_ids"`
		} `json:"event_payload"`
	}
	if err := json.Unmarshal(m.Metadata, &meta); err != nil {
		t.Fatal(err)
	}
	return meta.Payload.ID, strings.Fields(meta.Payload.Alerts)
}

// check compares what Slack shows with what is due after a round, and returns how many alerts were told twice.
func check(t *testing.T, slack *slacktest.Server, round int, blind bool, windows int, when string) int {
	t.Helper()
	heard, perMessage := map[string]int{}, map[string]int{}
	for _, m := range slack.Posted(harnessChannel) {
		id, as := tells(t, m)
		marked := strings.Contains(string(m.Blocks), "Possible repeat")
		for _, a := range as {
			if heard[a]++; heard[a] > 1 && !marked {
				t.Errorf("%s: %s was told again and is not marked", when, a)
			}
		}
		perMessage[id]++
	}
	for _, e := range slack.Edits() {
		_, as := tells(t, e)
		for _, a := range as {
			heard[a] = max(heard[a], 1) // an edit made twice shows once
		}
	}
	for a := range due(round) {
		if heard[a] == 0 {
			t.Errorf("%s: %s of round %d or before is lost", when, a, round)
		}
	}
	maps.DeleteFunc(heard, func(_ string, n int) bool { return n == 1 })
	again := 0
	for _, n := range perMessage {
		again += n - 1
	}
	switch {
	case !blind && (again > 0 || len(heard) > 0):
		t.Errorf("%s: told twice although the history can be read: %v", when, heard)
	case again > windows:
		t.Errorf("%s: %d messages were repeated after %d kills in flight", when, again, windows)
	case again == 0 && len(heard) > 0:
		t.Errorf("%s: told twice in different messages: %v", when, heard)
	}
	return len(heard)
}

func total(kills map[string]int) (n int) {
	for _, k := range kills {
		n += k
	}
	return n
}

// seeded returns a source of chance, and prints its seed; PRICEGAP_SEED repeats a run.
func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("PRICEGAP_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("seed: PRICEGAP_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// keep copies a folder to where it outlives a test that failed.
func keep(t *testing.T, dir string) {
	if !t.Failed() {
		return
	}
	to, err := os.MkdirTemp("", "pricegap-alerts-")
	if err == nil {
		err = os.CopyFS(to, os.DirFS(dir))
	}
	t.Logf("the data is kept in %s (%v)", to, err)
}
