package main

import (
	"fmt"
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"pricegap/market"
	"pricegap/watch"
)

// progress shows a crawl on stderr: a bar for each source on a terminal, plain lines otherwise.
type progress struct {
	w    io.Writer
	bars *mpb.Progress // nil when not on a terminal
	by   map[market.SourceID]*mpb.Bar
	said map[market.SourceID]int
}

// isTerminal reports whether w is a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (a *app) newProgress() *progress {
	p := &progress{w: a.err, by: map[market.SourceID]*mpb.Bar{}, said: map[market.SourceID]int{}}
	if isTerminal(a.err) {
		p.bars = mpb.New(mpb.WithOutput(a.err), mpb.WithWidth(40))
	}
	return p
}

// step shows one step.
func (p *progress) step(s watch.Progress) {
	switch {
	case s.Run != nil:
		p.end(*s.Run)
	case s.Note != "" && s.Source == "":
		p.line("%s", s.Note)
	case s.Note != "":
		p.line("%s: %s", s.Source, s.Note)
	case s.Failure != nil:
		// counted in the summary; one line a page would bury the rest
	case s.Known > 0:
		p.count(s)
	}
}

func (p *progress) line(format string, args ...any) {
	text := printable(fmt.Sprintf(format, args...)) + "\n"
	if p.bars != nil {
		_, _ = io.WriteString(p.bars, text)
		return
	}
	_, _ = io.WriteString(p.w, text)
}

func (p *progress) count(s watch.Progress) {
	if p.bars != nil {
		bar, ok := p.by[s.Source]
		if !ok {
			bar = p.bars.AddBar(0, // a bar without a total does not complete by itself: more pages may become known
				mpb.PrependDecorators(decor.Name(string(s.Source), decor.WC{C: decor.DindentRight | decor.DextraSpace})),
				mpb.AppendDecorators(decor.CountersNoUnit("%d / %d")))
			p.by[s.Source] = bar
		}
		bar.SetTotal(int64(s.Known), false)
		bar.SetCurrent(int64(s.Done))
		return
	}
	if s.Done >= p.said[s.Source]+100 { // a line each hundred pages
		p.said[s.Source] = s.Done
		p.line("%s: %d of %d pages", s.Source, s.Done, s.Known)
	}
}

func (p *progress) end(r market.Run) {
	if bar, ok := p.by[r.Source]; ok {
		bar.SetTotal(bar.Current(), true)
	}
	if p.bars == nil {
		p.line("%s: %s, %d pages, %d offers, %d failed", r.Source, r.Outcome, r.Pages, r.Offers, r.Failed())
	}
}

func (p *progress) close() {
	if p.bars == nil {
		return
	}
	for _, bar := range p.by {
		bar.Abort(false)
	}
	p.bars.Wait()
}

// share shows on a terminal how much of some work is done; end is called when it is over.
func (a *app) share(name string) (tell func(done, total int64), end func()) {
	if !isTerminal(a.err) {
		return nil, func() {}
	}
	bars := mpb.New(mpb.WithOutput(a.err), mpb.WithWidth(40))
	bar := bars.AddBar(0, mpb.PrependDecorators(decor.Name(name, decor.WC{C: decor.DextraSpace})), mpb.AppendDecorators(decor.Percentage()))
	tell = func(done, total int64) {
		bar.SetTotal(total, false)
		bar.SetCurrent(done)
	}
	return tell, func() {
		bar.Abort(false)
		bars.Wait()
	}
}
