package warc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

// plain is a record as text.
func plain(kind, fields, block string) string {
	return fmt.Sprintf("WARC/1.0\r\nWARC-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n", kind, fields, len(block), block)
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

// TestReadForeign: files of other tools, plain, by member, and with several records in one member.
func TestReadForeign(t *testing.T) {
	one := plain("response", "WARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-03-01T09:30:00.25Z\r\nwarc-target-uri: <https://them.example/>\r\n", "een\r\n")
	two := plain("metadata", "WARC-Target-URI: https://them.example/\r\n folded\r\n", "")
	for name, file := range map[string]string{
		"plain": one + two, "by member": zipped(one) + zipped(two), "one member": zipped(one + two),
		"empty lines between": one + "\r\n\r\n" + two, "empty member": zipped(one) + zipped("") + zipped(two),
	} {
		got, err := readAll(iotest.OneByteReader(strings.NewReader(file)))
		if err != nil || len(got) != 2 {
			t.Fatalf("%s: %d records, %v", name, len(got), err)
		}
		r := got[0]
		if r.Type != "response" || r.ID != "urn:uuid:1" || r.URL != "https://them.example/" || string(r.Block) != "een\r\n" ||
			!r.At.Equal(time.Date(2026, 3, 1, 9, 30, 0, 250e6, time.UTC)) {
			t.Errorf("%s: %+v", name, r)
		}
		if got[1].URL != "https://them.example/ folded" || !got[1].At.IsZero() {
			t.Errorf("%s: %+v", name, got[1])
		}
		for _, want := range got { // each is found again where it says it is
			again, err := readAll(strings.NewReader(file[want.Offset:]))
			if err != nil || len(again) <= want.Index || again[want.Index].Type != want.Type {
				t.Errorf("%s: not at %d, %d", name, want.Offset, want.Index)
			}
		}
	}
}

// TestReadRefuses: each bound and each form has its error, and what came before stays.
func TestReadRefuses(t *testing.T) {
	good := plain("metadata", "", "x")
	broken := errors.New("the disk is broken")
	for name, c := range map[string]struct {
		file io.Reader
		want error
	}{
		"no version":      {strings.NewReader(good + "HTTP/1.1 200 OK\r\n\r\n"), ErrFormat},
		"no length":       {strings.NewReader(good + "WARC/1.1\r\nWARC-Type: x\r\n\r\n"), ErrFormat},
		"negative":        {strings.NewReader(good + "WARC/1.1\r\nContent-Length: -1\r\n\r\n"), ErrFormat},
		"no field":        {strings.NewReader(good + "WARC/1.1\r\nnonsense\r\n\r\n"), ErrFormat},
		"longer block":    {strings.NewReader(good + "WARC/1.1\r\nContent-Length: 1\r\n\r\nlonger\r\n\r\n"), ErrFormat},
		"huge block":      {strings.NewReader(good + fmt.Sprintf("WARC/1.1\r\nContent-Length: %d\r\n\r\n", maxBlock+1)), ErrTooLarge},
		"claimed block":   {strings.NewReader(good + fmt.Sprintf("WARC/1.1\r\nContent-Length: %d\r\n\r\nx", maxBlock)), ErrTorn},
		"long header":     {strings.NewReader(good + "WARC/1.1\r\n" + strings.Repeat("a: b\r\n", maxHeader/6+1)), ErrTooLarge},
		"long line":       {strings.NewReader(good + "WARC/1.1\r\na: " + strings.Repeat("b", maxHeader)), ErrTooLarge},
		"empty lines":     {strings.NewReader(good + strings.Repeat("\r\n", maxHeader) + good), ErrTooLarge},
		"torn header":     {strings.NewReader(good + "WARC/1.1\r\nContent-"), ErrTorn},
		"torn version":    {strings.NewReader(good + "WA"), ErrTorn},
		"torn block":      {strings.NewReader(good + strings.TrimSuffix(good, "\r\n\r\n")), ErrTorn},
		"garbage":         {strings.NewReader(zipped(good) + "\x00\x00\x00\x00\x00\x00\x00\x00"), ErrFormat},
		"damaged member":  {strings.NewReader(zipped(good) + damage(zipped(good))), ErrFormat},
		"bad gzip header": {strings.NewReader(zipped(good) + "\x1f\x8b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), ErrFormat},
		"the reader's":    {io.MultiReader(strings.NewReader(good), iotest.ErrReader(broken)), broken},
		"short in member": {strings.NewReader(zipped(good) + zipped(good[:len(good)-5])), ErrTorn},
	} {
		got, err := readAll(c.file)
		if !errors.Is(err, c.want) || len(got) != 1 {
			t.Errorf("%s: %d records, %v", name, len(got), err)
		}
	}
}

// damage turns the checksum of a member.
func damage(s string) string {
	b := []byte(s)
	b[len(b)-6] ^= 0xff
	return string(b)
}

func TestVerify(t *testing.T) {
	const block = "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhallo"
	for name, c := range map[string]struct {
		block, payload string
		want           error
	}{
		"none":             {"", "", nil},
		"sha1 base32":      {"", "sha1:7VGO66SOMB7R7TESBLLDFGTN6LPZTJHI", nil},
		"sha1 hex":         {"", "sha1:fd4cef7a4e607f1fcc920ad6329a6df2df99a4e8", nil},
		"another payload":  {"", sumOf([]byte("hallo!")).String(), ErrDigest},
		"payload":          {"", sumOf([]byte("hallo")).String(), nil},
		"upper case":       {"", strings.Replace(strings.ToUpper(sumOf([]byte("hallo")).String()), "SHA256", "sha256", 1), nil},
		"block":            {sumOf([]byte(block)).String(), "", nil},
		"another block":    {sumOf([]byte("x")).String(), "", ErrDigest},
		"unknown":          {"blake9:00", "blake9:00", nil},
		"without a digest": {"sha256", "", ErrDigest},
	} {
		got, err := readAll(strings.NewReader(plain("response", "Content-Type: application/http;msgtype=response\r\n"+
			field("WARC-Block-Digest", c.block)+field("WARC-Payload-Digest", c.payload), block)))
		if err != nil || len(got) != 1 {
			t.Fatal(name, err)
		}
		if err := got[0].Verify(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func field(name, value string) string {
	if value == "" {
		return ""
	}
	return name + ": " + value + "\r\n"
}

// TestReadBlocks: a block is valid until the next record is read, also after a large one.
func TestReadBlocks(t *testing.T) {
	sizes := []int{0, 10, keptBlock + 1, 3, 2 * keptBlock, 1}
	var file bytes.Buffer
	for i, n := range sizes {
		file.WriteString(plain("metadata", "", strings.Repeat(string(rune('a'+i)), n)))
	}
	var got []int
	for r, err := range Read(&file) {
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Block) > 0 && bytes.Count(r.Block, r.Block[:1]) != len(r.Block) {
			t.Errorf("record %d is mixed", len(got))
		}
		got = append(got, len(r.Block))
	}
	if d := cmp.Diff(sizes, got); d != "" {
		t.Error(d)
	}
}

// FuzzRead: whatever the bytes are, reading them ends, within the bounds, and what is yielded can be verified.
func FuzzRead(f *testing.F) {
	whole := zipped(plain("warcinfo", "", "a: b\r\n")) + zipped(plain("response", "WARC-Date: 2026-03-01T09:30:00Z\r\nContent-Type: application/http\r\n"+
		"WARC-Block-Digest: sha1:FWHYPQVKNUEP7AAR\r\n", "HTTP/1.1 200 OK\r\n\r\nx"))
	f.Add([]byte(whole))
	f.Add([]byte(whole[:len(whole)-3]))
	f.Add([]byte(plain("response", "WARC-Target-URI: http://a.example/\r\n", "HTTP/1.1 200 OK\r\n\r\nx") + plain("metadata", "a:\r\n b\r\n", "")))
	f.Add([]byte(zipped(plain("revisit", "", "")+plain("x", "", "y")) + "\x1f"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		last := int64(-1)
		for r, err := range Read(bytes.NewReader(raw)) {
			if err != nil {
				if !errors.Is(err, ErrTorn) && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrTooLarge) {
					t.Fatalf("an error without a name: %v", err)
				}
				break
			}
			if r.Offset < last || r.Offset >= int64(len(raw)) || len(r.Block) > maxBlock {
				t.Fatalf("a record at %d of %d with %d bytes", r.Offset, len(raw), len(r.Block))
			}
			last = r.Offset
			_ = r.Verify()
			if s := r.status(); s != 0 && (s < 100 || s > 999) {
				t.Fatalf("status %d", s)
			}
		}
		if end, _, n := wholeOf(bytes.NewReader(raw)); end > int64(len(raw)) || (n == 0) != (end == 0) {
			t.Fatalf("%d records end at %d of %d", n, end, len(raw))
		}
	})
}
