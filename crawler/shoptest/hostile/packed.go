package hostile

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/market"
)

// H45–H48: content encodings.
var packedCases = []act.Entry{
	packed("H45", "gzip", "800 KB of gzip that unpack to 800 MB", "gzip", bomb(800), market.FailDecompressBomb),
	{
		Case: act.Case{
			ID: "H45", Variant: "file", Title: "a sitemap.xml.gz of 800 KB that unpacks to 800 MB", Want: act.Kinds(market.FailDecompressBomb),
			Site: &act.Site{Start: market.StartSitemap, Paths: []string{"/sitemap.xml.gz"}, Requests: 8},
		},
		Serve: func(x *act.Exchange) { x.Page(mapBomb(), "Content-Type", "application/gzip") },
	},
	packed("H46", "br", "a bomb of brotli", "br", squeezed(func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) }, 64), bombs...),
	packed("H46", "zstd", "a bomb of zstd", "zstd", frames(800), bombs...),
	packed("H46", "deflate", "a bomb of deflate", "deflate", segments(800), bombs...),
	packed("H46", "layers", "a bomb inside two layers", "gzip, gzip", gzipped(func(write func(string) bool) { write(bomb(800)()) }), bombs...),
	packed("H46", "hidden", "a bomb inside two layers, one of them named", "gzip", gzipped(func(write func(string) bool) { write(bomb(800)()) }), market.FailUnsupportedType, market.FailDecodeError, market.FailDecompressBomb),
	packed("H47", "cut", "gzip cut short", "gzip", func() string { return gzipped(once(act.Product(1)))()[:200] }, market.FailDecodeError),
	packed("H47", "plain", "a plain page called gzip", "gzip", func() string { return act.Product(1) }, market.FailDecodeError),
	packed("H47", "twice", "gzip within gzip", "gzip, gzip", gzipped(func(write func(string) bool) { write(gzipped(once(act.Product(1)))()) }), market.FailDecodeError, market.FailUnsupportedEncoding),
	packed("H47", "unasked", "an encoding that nobody asked for", "compress", func() string { return "\x1f\x9d\x90" + act.Product(1) }, market.FailDecodeError, market.FailUnsupportedEncoding),
	packed("H47", "brotli", "a plain page called br", "br", func() string { return act.Product(1) }, market.FailDecodeError, market.FailUnsupportedEncoding),
	packed("H48", "members", "gzip of several members", "gzip", func() string {
		half := len(act.Product(1)) / 2
		return gzipped(once(act.Product(1)[:half]))() + gzipped(once(act.Product(1)[half:]))()
	}),
	packed("H48", "junk", "gzip with junk behind it", "gzip", func() string { return gzipped(once(act.Product(1)))() + "junk behind the end" }, market.FailDecodeError),
}

var bombs = act.Kinds(market.FailUnsupportedEncoding, market.FailDecompressBomb)

// packed answers with a body that is made at first need, and how it is called.
func packed(id, variant, title, encoding string, body func() string, want ...market.FailureKind) act.Entry {
	made := sync.OnceValue(body)
	return act.New(id, variant, title, func(x *act.Exchange) { x.Page(made(), "Content-Encoding", encoding) }, want...)
}

func once(text string) func(write func(string) bool) {
	return func(write func(string) bool) { write(text) }
}

// gzipped is what fill writes, as gzip.
func gzipped(fill func(write func(string) bool)) func() string {
	return func() string {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // it fails for no level of its own
		fill(func(text string) bool {
			_, err := io.WriteString(z, text)
			return err == nil
		})
		_ = z.Close() // into memory
		return b.String()
	}
}

// segments is deflate of so many MiB of spaces: one segment again and again, since each refers to nothing but itself.
func segments(megas int) func() string {
	return func() string {
		var b bytes.Buffer
		z, _ := flate.NewWriter(&b, flate.BestCompression)
		_, _ = z.Write(spaces)
		_ = z.Flush()
		one := b.String()
		b.Reset()
		z.Reset(&b)
		_ = z.Close() // an empty last block
		return strings.Repeat(one, megas) + b.String()
	}
}

var spaces = bytes.Repeat([]byte(" "), act.Mega)

// bomb is gzip of so many MiB of spaces, well-formed to the last byte.
func bomb(megas int) func() string {
	return sync.OnceValue(func() string {
		sum := crc32.NewIEEE()
		for range megas {
			_, _ = sum.Write(spaces)
		}
		size, crc := uint32(megas*act.Mega), sum.Sum32()
		tail := []byte{byte(crc), byte(crc >> 8), byte(crc >> 16), byte(crc >> 24), byte(size), byte(size >> 8), byte(size >> 16), byte(size >> 24)}
		return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + segments(megas)() + string(tail)
	})
}

// mapBomb is a sitemap before it is a bomb.
var mapBomb = sync.OnceValue(func() string {
	return gzipped(once(`<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`))() + bomb(800)()
})

// frames is zstd of so many MiB of spaces, a frame each.
func frames(megas int) func() string {
	return func() string {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return fmt.Sprint(err) // no zstd at all: the case fails
		}
		return strings.Repeat(string(z.EncodeAll(spaces, nil)), megas)
	}
}

// squeezed is so many MiB of spaces through any packer.
func squeezed(packer func(io.Writer) io.WriteCloser, megas int) func() string {
	return func() string {
		var b bytes.Buffer
		z := packer(&b)
		for range megas {
			_, _ = z.Write(spaces)
		}
		_ = z.Close()
		return b.String()
	}
}
