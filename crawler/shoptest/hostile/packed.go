package hostile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/market"
)

// H45–H48: content encodings.
var packedCases = []act.Entry{
	packed("H45", "gzip", "800 KB of gzip that unpack to 800 MB", "gzip", bomb, market.FailDecompressBomb),
	{
		Case: act.Case{
			ID: "H45", Variant: "file", Title: "a sitemap.xml.gz of 800 KB that unpacks to 800 MB", Want: act.Kinds(market.FailDecompressBomb),
			Site: &act.Site{Start: market.StartSitemap, Paths: []string{"/sitemap.xml.gz"}, Requests: 8},
		},
		Serve: func(x *act.Exchange) { x.Page(mapBomb(), "Content-Type", "application/gzip") },
	},
	packed("H46", "br", "a bomb of brotli", "br", squeezed(func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) }, 64), bombs...),
	packed("H46", "zstd", "a bomb of zstd", "zstd", frames(800), bombs...),
	packed("H46", "deflate", "a bomb of deflate", "deflate", roll{chunk: spaces, times: 800}.deflate, bombs...),
	packed("H46", "layers", "a bomb inside two layers", "gzip, gzip", func() string { return gzipped(bomb()) }, bombs...),
	packed("H46", "hidden", "a bomb inside two layers, one of them named", "gzip", func() string { return gzipped(bomb()) }, market.FailUnsupportedType, market.FailDecodeError, market.FailDecompressBomb),
	packed("H47", "cut", "gzip cut short", "gzip", func() string { return gzipped(act.Product(1))[:200] }, market.FailDecodeError),
	packed("H47", "plain", "a plain page called gzip", "gzip", func() string { return act.Product(1) }, market.FailDecodeError),
	packed("H47", "twice", "gzip within gzip", "gzip, gzip", func() string { return gzipped(gzipped(act.Product(1))) }, market.FailDecodeError, market.FailUnsupportedEncoding),
	packed("H47", "unasked", "an encoding that nobody asked for", "compress", func() string { return "\x1f\x9d\x90" + act.Product(1) }, market.FailDecodeError, market.FailUnsupportedEncoding),
	packed("H47", "brotli", "a plain page called br", "br", func() string { return act.Product(1) }, market.FailDecodeError, market.FailUnsupportedEncoding),
	packed("H48", "members", "gzip of several members", "gzip", func() string {
		half := len(act.Product(1)) / 2
		return gzipped(act.Product(1)[:half]) + gzipped(act.Product(1)[half:])
	}),
	packed("H48", "junk", "gzip with junk behind it", "gzip", func() string { return gzipped(act.Product(1)) + "junk behind the end" }, market.FailDecodeError),
}

var bombs = act.Kinds(market.FailUnsupportedEncoding, market.FailDecompressBomb)

// packed answers with a body that is made at first need, and how it is called.
func packed(id, variant, title, encoding string, body func() string, want ...market.FailureKind) act.Entry {
	made := sync.OnceValue(body)
	return act.New(id, variant, title, func(x *act.Exchange) { x.Page(made(), "Content-Encoding", encoding) }, want...)
}

// roll is a text that repeats: before, then chunk so many times, then after. It packs as fast as its parts do.
type roll struct {
	before, chunk string
	times         int
	after         string
}

// deflate packs the chunk once: each copy of it refers to nothing but itself.
func (r roll) deflate() string {
	part := func(text string, last bool) string {
		var b bytes.Buffer
		z, _ := flate.NewWriter(&b, flate.DefaultCompression) // it fails for no level of its own
		_, _ = io.WriteString(z, text)
		if last {
			_ = z.Close() // into memory
		} else {
			_ = z.Flush()
		}
		return b.String()
	}
	return part(r.before, false) + strings.Repeat(part(r.chunk, false), r.times) + part(r.after, true)
}

// gzip is r as gzip (RFC 1952), well-formed to the last byte.
func (r roll) gzip() string {
	sum, chunk := crc32.NewIEEE(), []byte(r.chunk)
	_, _ = io.WriteString(sum, r.before)
	for range r.times {
		_, _ = sum.Write(chunk)
	}
	_, _ = io.WriteString(sum, r.after)
	tail := binary.LittleEndian.AppendUint32(nil, sum.Sum32())
	tail = binary.LittleEndian.AppendUint32(tail, uint32(len(r.before)+r.times*len(chunk)+len(r.after)))
	return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + r.deflate() + string(tail)
}

func gzipped(text string) string { return roll{after: text}.gzip() }

var spaces = strings.Repeat(" ", act.Mega)

// bomb is gzip of 800 MiB of spaces.
var bomb = sync.OnceValue(roll{chunk: spaces, times: 800}.gzip)

// mapBomb is a sitemap before it is a bomb.
var mapBomb = sync.OnceValue(func() string {
	return gzipped(`<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`) + bomb()
})

// frames is zstd of so many MiB of spaces, a frame each.
func frames(megas int) func() string {
	return func() string {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return fmt.Sprint(err) // no zstd at all: the case fails
		}
		return strings.Repeat(string(z.EncodeAll([]byte(spaces), nil)), megas)
	}
}

// squeezed is so many MiB of spaces through any packer.
func squeezed(packer func(io.Writer) io.WriteCloser, megas int) func() string {
	return func() string {
		var b bytes.Buffer
		z := packer(&b)
		for range megas {
			_, _ = io.WriteString(z, spaces)
		}
		_ = z.Close()
		return b.String()
	}
}
