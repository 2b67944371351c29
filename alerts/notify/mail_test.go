package notify_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/notify"
)

// postOffice is a mail server on loopback.
type postOffice struct {
	t       *testing.T
	address string
	tls     *tls.Config // where it offers STARTTLS

	mu      sync.Mutex
	trouble string
	letters []letter
}

// letter is one that was taken.
type letter struct {
	from, auth string
	to         []string
	private    bool
	data       string
}

func newPostOffice(t *testing.T, c *tls.Config) *postOffice {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postOffice{t: t, address: l.Addr().String(), tls: c}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); open.Wait() })
	return p
}

// serve holds one conversation.
func (p *postOffice) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	p.mu.Lock()
	trouble := p.trouble
	p.trouble = ""
	p.mu.Unlock()
	var l letter
	c := textproto.NewConn(conn)
	say := func(line string) { _ = c.PrintfLine("%s", line) }
	say("220 post.example ESMTP")
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-post.example")
			if p.tls != nil && !l.private {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, p.tls)
			c, l.private = textproto.NewConn(conn), true
		case "AUTH":
			l.auth = strings.TrimPrefix(rest, "PLAIN ")
			if trouble == "password" {
				say("535 5.7.8 who are you")
				continue
			}
			say("235 hello")
		case "MAIL":
			l.from = rest
			say("250 ok")
		case "RCPT":
			if trouble == "refused" {
				say("550 5.1.1 nobody of that name here")
				continue
			}
			if trouble == "later" {
				say("451 4.3.0 not now")
				continue
			}
			l.to = append(l.to, rest)
			say("250 ok")
		case "DATA":
			say("354 go on")
			data, err := io.ReadAll(c.DotReader())
			switch {
			case err != nil || trouble == "drop":
				return
			case trouble == "content":
				say("554 5.7.1 that looks like spam")
				continue
			}
			l.data = string(data)
			p.mu.Lock()
			p.letters = append(p.letters, l)
			p.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 what?")
		}
	}
}

// taken are the letters that were taken, oldest first.
func (p *postOffice) taken() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.letters)
}

func (p *postOffice) meet(trouble string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = trouble
}

func (p *postOffice) channel(t *testing.T) alerts.Notifier {
	t.Helper()
	n, err := notify.New("mail", options(t, map[string]any{
		"server": p.address, "user": "prices", "password": secret, "from": "Prijzen <prices@shop.example>", "to": []string{"floor@shop.example", "Desk <desk@shop.example>"},
	}), notify.Env{Clock: func() time.Time { return sentAt }, Web: "https://prices.example"})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// parts are the header of a letter and its bodies by type.
func parts(t *testing.T, l letter) (mail.Header, map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(l.data))
	if err != nil {
		t.Fatalf("%v\n%s", err, l.data)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	out := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m.Header, out
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		out[p.Header.Get("Content-Type")] = string(body)
	}
}

func mailStage(t *testing.T) stage {
	p := newPostOffice(t, nil)
	return stage{notifier: p.channel(t), heard: func() string {
		var b strings.Builder
		for _, l := range p.taken() {
			_, bodies := parts(t, l)
			b.WriteString(seen(bodies["text/plain; charset=utf-8"]))
		}
		return b.String()
	}, misbehave: p.meet, never: []string{"429", "500", "redirect"}}
}

// A letter has both forms, names itself so that a repeat is one, and is answered by no machine.
func TestMail(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t, nil)
	n := p.channel(t)
	m := message(undercut(1, "Lamp <b>vet</b> https://evil.example"))
	ref, err := n.Notify(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	l := p.taken()[0]
	head, bodies := parts(t, l)
	for name, want := range map[string]string{
		"Message-Id": ref, "From": `"Prijzen" <prices@shop.example>`, "To": `<floor@shop.example>, "Desk" <desk@shop.example>`,
		"Auto-Submitted": "auto-generated", "Date": "Mon, 02 Mar 2026 09:00:00 +0000", "Content-Language": "en",
	} {
		if got := head.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject")); err != nil || subject != "Onze Winkel · Prices: 1 alert" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if ref != "<0123456789abcdef@shop.example>" || l.auth != base64.StdEncoding.EncodeToString([]byte("\x00prices\x00"+secret)) {
		t.Errorf("%s, %s", ref, l.auth)
	}
	if want := []string{"TO:<floor@shop.example>", "TO:<desk@shop.example>"}; !slices.Equal(l.to, want) {
		t.Errorf("to %q", l.to)
	}
	page, text := bodies["text/html; charset=utf-8"], bodies["text/plain; charset=utf-8"]
	if !strings.Contains(page, `<a href="https://lamp.example/p/1">`) || strings.Contains(page, "<b>vet") || !strings.Contains(seen(page), "&lt;b&gt;vet") {
		t.Errorf("the page:\n%s", page)
	}
	if strings.Contains(page+text, "https://evil") || strings.Contains(page+text, "evil.example") {
		t.Errorf("a foreign address:\n%s\n%s", text, page)
	}
	for _, line := range strings.Split(l.data, "\n") {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// A server that asks to come later is asked later, and one that does not know us never again.
func TestMailTroubles(t *testing.T) {
	t.Parallel()
	for trouble, want := range map[string]bool{"later": false, "password": true} {
		p := newPostOffice(t, nil)
		p.meet(trouble)
		_, err := p.channel(t).Notify(t.Context(), message(undercut(1, "Lamp")))
		if err == nil || errors.Is(err, alerts.ErrPermanent) != want || errors.Is(err, alerts.ErrUnanswered) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", trouble, err)
		}
	}
}

// To a server elsewhere nothing is said that is not encrypted, and only to the one that its certificate names.
func TestMailPrivate(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(nil)
	srv.StartTLS()
	defer srv.Close()
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	for _, c := range []struct {
		name, host string
		offers     bool
		taken      int
	}{
		{"encrypted", "example.com", true, 1}, {"another name", "other.example", true, 0}, {"in the clear", "example.com", false, 0},
	} {
		var offer *tls.Config
		if c.offers {
			offer = srv.TLS
		}
		p := newPostOffice(t, offer)
		n := p.channel(t)
		notify.Trust(n, pool, c.host)
		_, err := n.Notify(t.Context(), message(undercut(1, "Lamp")))
		if got := p.taken(); len(got) != c.taken || (err == nil) != (c.taken == 1) || c.taken == 1 && !got[0].private {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

func TestMailRefuses(t *testing.T) {
	t.Parallel()
	good := func() map[string]any {
		return map[string]any{"server": "post.example:587", "from": "a@shop.example", "to": []string{"b@shop.example"}}
	}
	if _, err := notify.New("mail", options(t, good()), notify.Env{}); err != nil {
		t.Error(err)
	}
	for key, v := range map[string]any{
		"server": "post.example", "from": "nobody", "to": []string{"a@shop.example\r\nBcc: c@shop.example"}, "user": "prices", "password": secret,
	} {
		o := good()
		o[key] = v
		_, err := notify.New("mail", options(t, o), notify.Env{})
		if err == nil || !strings.HasPrefix(err.Error(), "notify: mail: ") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", key, err)
		}
	}
	o := good()
	delete(o, "to")
	if _, err := notify.New("mail", options(t, o), notify.Env{}); err == nil {
		t.Error("to nobody")
	}
}
