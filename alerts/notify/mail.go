package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html/template"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/notify/door"
	"pricegap/alerts/notify/inert"
	"pricegap/alerts/notify/say"
	"pricegap/market"
)

func init() { register("mail", newMail) }

// mailTimeout bounds a conversation with a mail server.
const mailTimeout = time.Minute

// mailOptions are the options of the channel "mail".
type mailOptions struct {
	Server   string        `yaml:"server" json:"server" jsonschema:"Mail server that takes messages, such as smtp.example.org:587. At port 465 all is encrypted from the start, elsewhere by STARTTLS, which must be offered but on this machine."`
	User     string        `yaml:"user" json:"user,omitzero" jsonschema:"User name at the server, where it asks for one."`
	Password market.Secret `yaml:"password" json:"password,omitzero" jsonschema:"Password at the server; needed with user."`
	From     string        `yaml:"from" json:"from" jsonschema:"Sender, such as Prices <prices@example.org>."`
	To       []string      `yaml:"to" json:"to" jsonschema:"Receivers, who see each other."`
}

// mailer sends messages as e-mail, in text and in HTML.
type mailer struct {
	o     mailOptions
	host  string
	from  *mail.Address
	to    []*mail.Address
	clock market.Clock
	web   string
	tls   *tls.Config
}

func newMail(o mailOptions, env Env) (alerts.Notifier, error) {
	host, port, err := net.SplitHostPort(o.Server)
	if err != nil || host == "" || port == "" {
		return nil, errors.New("server: must be a host and a port, such as smtp.example.org:587")
	}
	if (o.User == "") != !o.Password.Known() {
		return nil, errors.New("password: stands with user, and only there")
	}
	m := &mailer{o: o, host: host, clock: env.Clock, web: env.Web, tls: &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}}
	if m.from, err = mail.ParseAddress(o.From); err != nil {
		return nil, errors.New("from: must be an address, such as Prices <prices@example.org>")
	}
	for i, raw := range o.To {
		a, err := mail.ParseAddress(raw)
		if err != nil {
			return nil, fmt.Errorf("to: %d: must be an address", i+1)
		}
		m.to = append(m.to, a)
	}
	if len(m.to) == 0 {
		return nil, errors.New("to: nobody is named")
	}
	return m, nil
}

// Notify implements alerts.Notifier. The reference is the Message-ID, which is the same when the message is sent again.
func (m *mailer) Notify(ctx context.Context, msg alerts.Message) (string, error) {
	id, letter, err := m.letter(msg)
	if err == nil {
		err = m.send(ctx, letter)
	}
	if err != nil {
		return "", door.Safe("mail", err, m.o.Password)
	}
	return id, nil
}

// letter is a message as RFC 5322 has it, in both forms.
func (m *mailer) letter(msg alerts.Message) (id string, letter []byte, err error) {
	d := say.Compose(msg, m.web)
	_, domain, _ := strings.Cut(m.from.Address, "@")
	id = "<" + msg.ID + "@" + domain + ">"
	to := make([]string, len(m.to))
	for i, a := range m.to {
		to[i] = a.String()
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	for _, h := range [][2]string{
		{"From", m.from.String()},
		{"To", strings.Join(to, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", d.Title)},
		{"Date", m.clock().Format(time.RFC1123Z)},
		{"Message-ID", id},
		{"Content-Language", msg.Language},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no vacation answers it
		{"MIME-Version", "1.0"},
		{"Content-Type", `multipart/alternative; boundary="` + parts.Boundary() + `"`},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	lines := d.Within(1<<20, func(l say.Line) int { return len(l.Text()) })
	var page bytes.Buffer
	if err := mailPage.Execute(&page, map[string]any{"Lines": lines, "Language": msg.Language}); err != nil {
		return "", nil, fmt.Errorf("%w: %w", alerts.ErrPermanent, err)
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = ntfyLine(l)
	}
	for _, part := range []struct{ kind, body string }{{"text/plain", strings.Join(texts, "\n") + "\n"}, {"text/html", page.String()}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {part.kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return "", nil, err
		}
		q := quotedprintable.NewWriter(w)
		if _, err := q.Write([]byte(part.body)); err != nil {
			return "", nil, err
		}
		if err := q.Close(); err != nil {
			return "", nil, err
		}
	}
	err = parts.Close()
	return id, b.Bytes(), err
}

// mailPage has every line in a paragraph of its own, with room above those behind an empty one. The template escapes what it is given.
var mailPage = template.Must(template.New("mail").Funcs(template.FuncMap{"inert": inert.Text}).Parse(`<!DOCTYPE html>
<html lang="{{.Language}}"><body style="font-family: sans-serif; max-width: 48em">
{{template "lines" .Lines}}</body></html>
{{define "lines"}}{{range .}}{{if .}}<p style="margin: 0 0 .3em">{{range .}}{{template "span" .}}{{end}}</p>
{{else}}<hr style="border: 0; margin: .6em">
{{end}}{{end}}{{end}}
{{define "span"}}{{if .URL}}<a href="{{.URL}}">{{template "text" .}}</a>{{else}}{{template "text" .}}{{end}}{{end}}
{{define "text"}}{{if .Bold}}<b>{{template "said" .}}</b>{{else}}{{template "said" .}}{{end}}{{end}}
{{define "said"}}{{if .Foreign}}{{inert .Text}}{{else}}{{.Text}}{{end}}{{end}}`))

// send hands a letter to the server, once.
func (m *mailer) send(ctx context.Context, letter []byte) (err error) {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	conn, err := m.dial(ctx)
	if err != nil {
		return unaddressed(err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	left, err := m.converse(conn, letter)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if said := (*textproto.Error)(nil); left && !errors.As(err, &said) {
		return fmt.Errorf("%w: %w", alerts.ErrUnanswered, unaddressed(err))
	}
	return err
}

// unaddressed is an error of the network without the address in it.
func unaddressed(err error) error {
	if o := (*net.OpError)(nil); errors.As(err, &o) {
		return fmt.Errorf("%s: %w", o.Op, o.Err)
	}
	return err
}

func (m *mailer) dial(ctx context.Context) (net.Conn, error) {
	d := &net.Dialer{}
	if _, port, _ := net.SplitHostPort(m.o.Server); port == "465" { // RFC 8314
		return (&tls.Dialer{NetDialer: d, Config: m.tls}).DialContext(ctx, "tcp", m.o.Server)
	}
	return d.DialContext(ctx, "tcp", m.o.Server)
}

// converse speaks SMTP, and reports whether the whole letter had left when it failed.
func (m *mailer) converse(conn net.Conn, letter []byte) (left bool, err error) {
	c, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return false, smtpError(err)
	}
	if err := m.enter(conn, c); err != nil {
		return false, smtpError(err)
	}
	if err := c.Mail(m.from.Address); err != nil {
		return false, smtpError(err)
	}
	for _, to := range m.to {
		if err := c.Rcpt(to.Address); err != nil {
			return false, smtpError(err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return false, smtpError(err)
	}
	if _, err := w.Write(letter); err != nil {
		return false, err
	}
	if err := w.Close(); err != nil {
		if permanent(err) {
			err = fmt.Errorf("%w: %w: %w", alerts.ErrPermanent, alerts.ErrContent, err)
		}
		return true, err
	}
	_ = c.Quit() // it was taken already
	return true, nil
}

// enter makes a conversation private and says who we are.
func (m *mailer) enter(conn net.Conn, c *smtp.Client) error {
	_, private := conn.(*tls.Conn)
	offered, _ := c.Extension("STARTTLS")
	switch {
	case private:
	case offered:
		if err := c.StartTLS(m.tls); err != nil {
			return err
		}
	case !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, m.host):
		return fmt.Errorf("%w: the server offers no STARTTLS, and nothing is sent in the clear", alerts.ErrPermanent)
	}
	if m.o.User == "" {
		return nil
	}
	return c.Auth(smtp.PlainAuth("", m.o.User, m.o.Password.Reveal(), m.host))
}

// smtpError marks what trying again cannot mend: RFC 5321 §4.2.1.
func smtpError(err error) error {
	if permanent(err) {
		return fmt.Errorf("%w: %w", alerts.ErrPermanent, err)
	}
	return err
}

func permanent(err error) bool {
	said := (*textproto.Error)(nil)
	return errors.As(err, &said) && said.Code >= 500
}
