package class

import (
	"fmt"
	"net/http"
	"strings"

	"pricegap/market"
)

// outcome is what a vendor did to a request; why takes the vendor's name.
type outcome struct {
	kind market.FailureKind
	why  string
}

var (
	captcha = outcome{market.FailBlockedCaptcha, "a captcha (%s) stands in place of the page"}
	check   = outcome{market.FailBlockedChallenge, "a bot check (%s) stands in place of the page"}
	refusal = outcome{market.FailBlockedChallenge, "a firewall (%s) refuses the request"}
	queue   = outcome{market.FailMaintenance, "a waiting room (%s) stands in place of the page"}
	limit   = outcome{market.FailRateLimited, "%s asks for fewer requests"}
	closed  = outcome{market.FailMaintenance, "the page of %s says that the shop is closed for now"}
	hidden  = outcome{market.FailLoginWall, "the shop (%s) is behind a password"}
)

func (o outcome) by(vendor string) (market.FailureKind, string) {
	return o.kind, fmt.Sprintf(o.why, vendor)
}

// sign is how a page of one vendor is known. All signs ask for little visible text and for nothing that only a page
// with a product has; see Refusal.
type sign struct {
	vendor string
	outcome
	// marks must all stand in the page, in any case: identifiers, addresses of scripts, sentences.
	marks []string
	// asks says that the marks stand on pages of content, too (a form with a captcha, a script that watches), so
	// that the title, a headline or a short text must ask for a human as well.
	asks bool
}

// signs are asked in order. What the same vendors leave on pages of content is no mark, or asks for more:
// Cloudflare's /scripts/jsd/ and __CF$cv$params, Incapsula's SWJIYLWA script, js.datadome.co/tags.js, px-cloud
// sensors, Akamai's _abck and /akam/, Kasada's p.js, the challenge.js of AWS, queue-it's queueclient.
var signs = []sign{
	{"Cloudflare", limit, []string{"error code: 1015"}, false},
	{"Cloudflare", limit, []string{"cf-error-details", "you are being rate limited"}, false},
	{"Cloudflare", captcha, []string{"cf_captcha_kind"}, false},
	{"Cloudflare", captcha, []string{"cf-captcha-container"}, false},
	{"Cloudflare", refusal, []string{"cf-error-details", "you have been blocked"}, false},
	{"Cloudflare", refusal, []string{"cf-error-details", "used cloudflare to restrict access"}, false},
	{"Cloudflare", refusal, []string{"cf-error-details", "has banned"}, false},
	{"Cloudflare", refusal, []string{"error code: 1006"}, false},
	{"Cloudflare", refusal, []string{"error code: 1007"}, false},
	{"Cloudflare", refusal, []string{"error code: 1008"}, false},
	{"Cloudflare", refusal, []string{"error code: 1009"}, false},
	{"Cloudflare", refusal, []string{"error code: 1010"}, false},
	{"Cloudflare", refusal, []string{"error code: 1012"}, false},
	{"Cloudflare", refusal, []string{"error code: 1020"}, false},
	{"Cloudflare", check, []string{"_cf_chl_"}, false},
	{"Cloudflare", check, []string{"cf-browser-verification"}, false},
	{"Cloudflare", check, []string{"jschl_vc"}, false},
	{"Cloudflare", check, []string{"challenge-platform/", "orchestrate/"}, false},
	{"Cloudflare", queue, []string{"waiting room powered by cloudflare"}, false},
	{"Cloudflare", queue, []string{"__cfwaitingroom"}, false},
	{"Turnstile", captcha, []string{"challenges.cloudflare.com/turnstile"}, true},
	{"Turnstile", captcha, []string{"cf-turnstile"}, true},
	{"Imperva", captcha, []string{"_incapsula_resource", "hcaptcha"}, true},
	{"Imperva", captcha, []string{"_incapsula_resource", "recaptcha"}, true},
	{"Imperva", refusal, []string{"incapsula incident id"}, false},
	{"Imperva", refusal, []string{"_incapsula_resource", "incident_id"}, false},
	{"Imperva", check, []string{"_incapsula_resource", "edet="}, false},
	{"Imperva", check, []string{"_incapsula_resource", "main-iframe"}, false},
	{"Imperva", check, []string{"reeseskipexpirationcheck"}, true},
	{"Imperva", check, []string{"showblockpage()"}, true},
	{"Imperva", check, []string{"distil_r_"}, true},
	{"Imperva", check, []string{"pardon our interruption"}, false},
	{"DataDome", check, []string{"captcha-delivery.com", "'rt':'i'"}, false},
	{"DataDome", check, []string{"captcha-delivery.com/interstitial"}, false},
	{"DataDome", check, []string{"captcha-delivery.com/i.js"}, false},
	{"DataDome", captcha, []string{"captcha-delivery.com"}, false},
	{"HUMAN", captcha, []string{"px-captcha"}, false},
	{"HUMAN", captcha, []string{"captcha.px-c"}, false},
	{"HUMAN", captcha, []string{"captcha.perimeterx"}, false},
	{"HUMAN", captcha, []string{"_pxappid", "_pxuuid", "_pxvid", "captcha"}, false},
	{"HUMAN", refusal, []string{"access to this page has been denied", "perimeterx"}, false},
	{"Akamai", refusal, []string{"errors.edgesuite.net"}, false},
	{"Akamai", refusal, []string{"you don't have permission to access", "reference&#32;&#35;"}, false},
	{"Akamai", refusal, []string{"you don't have permission to access", "reference #"}, false},
	{"Akamai", check, []string{"bm-verify"}, false},
	{"Akamai", check, []string{"sec-if-cpt"}, false},
	{"Akamai", check, []string{"sec-cpt-if"}, false},
	{"Akamai", check, []string{"/_sec/cp_challenge/"}, false},
	{"Kasada", check, []string{"kpsdk", "/ips.js"}, false},
	{"AWS WAF", captcha, []string{"awswaf", "captcha.js"}, false},
	{"AWS WAF", captcha, []string{"awswafcaptcha"}, false},
	{"AWS WAF", captcha, []string{"gokuprops", "captcha"}, false},
	{"AWS WAF", check, []string{"gokuprops"}, false},
	{"AWS WAF", check, []string{"awswafintegration", "challenge-container"}, false},
	{"CloudFront", refusal, []string{"generated by cloudfront", "request blocked"}, false},
	{"CloudFront", refusal, []string{"generated by cloudfront", "block access from your country"}, false},
	{"F5", refusal, []string{"the requested url was rejected", "support id"}, false},
	{"F5", check, []string{"bobcmn"}, true},
	{"F5", check, []string{"please enable javascript to view the page content", "support id"}, false},
	{"Sucuri", refusal, []string{"sucuri website firewall"}, false},
	{"Sucuri", refusal, []string{"sucuri-firewall-block"}, false},
	{"Sucuri", check, []string{"sucuri_cloudproxy"}, false},
	{"Radware", captcha, []string{"perfdrive.com", "captcha"}, false},
	{"Radware", captcha, []string{"shieldsquare", "captcha"}, false},
	{"Radware", check, []string{"validate.perfdrive.com"}, true},
	{"Reblaze", check, []string{"rbzns", "challengdata"}, false},
	{"Reblaze", check, []string{"window.rbzns", "winsocks"}, false},
	{"DDoS-Guard", check, []string{"ddos-guard", "check.js"}, false},
	{"DDoS-Guard", check, []string{"ddos-guard"}, true},
	{"Vercel", check, []string{"vercel security checkpoint"}, false},
	{"Fastly", check, []string{"/_fs-ch-"}, false},
	{"Anubis", check, []string{".within.website/x/cmd/anubis"}, false},
	{"Alibaba", captcha, []string{"_____tmd_____", "punish"}, false},
	{"SiteGround", captcha, []string{"/.well-known/sgcaptcha/"}, false},
	{"Imunify360", check, []string{"imunify360"}, false},
	{"Wordfence", refusal, []string{"generated by wordfence"}, false},
	{"ModSecurity", refusal, []string{"generated by mod_security"}, false},
	{"FortiGate", refusal, []string{"attack id:", "web page blocked"}, false},
	{"Azure", refusal, []string{"the request is blocked.", "azure"}, false},
	{"Arkose", captcha, []string{"arkoselabs.com"}, true},
	{"Arkose", captcha, []string{"funcaptcha"}, true},
	{"GeeTest", captcha, []string{"geetest"}, true},
	{"Friendly Captcha", captcha, []string{"frc-captcha"}, true},
	{"hCaptcha", captcha, []string{"hcaptcha.com"}, true},
	{"hCaptcha", captcha, []string{"h-captcha"}, true},
	{"reCAPTCHA", captcha, []string{"g-recaptcha"}, true},
	{"reCAPTCHA", captcha, []string{"recaptcha/"}, true},
	{"a picture", captcha, []string{"validatecaptcha"}, false},
	{"a picture", captcha, []string{"<img", "captcha"}, true},
	{"Queue-it", queue, []string{"queueidelement"}, false},
	{"Queue-it", queue, []string{"queue-it.net/", "data-pageid"}, false},
	{"Queue-it", queue, []string{"queue-it", "queueviewmodel"}, false},
	{"CrowdHandler", queue, []string{"wait.crowdhandler.com"}, false},
	{"WordPress", closed, []string{"briefly unavailable for scheduled maintenance"}, false},
	{"Shopify", hidden, []string{"template-password", "storefront_password"}, false},
}

// headerSigns are response headers that only a refusal has. Sources: Cloudflare, "Detect a challenge page
// response" (cf-mitigated); AWS WAF, "CAPTCHA and Challenge actions" (x-amzn-waf-action); Vercel and Sucuri name
// theirs likewise.
var headerSigns = []struct {
	name, value, vendor string
	outcome
}{
	{"Cf-Mitigated", "challenge", "Cloudflare", check},
	{"X-Amzn-Waf-Action", "captcha", "AWS WAF", captcha},
	{"X-Amzn-Waf-Action", "challenge", "AWS WAF", check},
	{"X-Vercel-Mitigated", "challenge", "Vercel", check},
	{"X-Vercel-Mitigated", "deny", "Vercel", refusal},
	{"X-Sucuri-Block", "", "Sucuri", refusal},
}

// ofHeader returns what the header alone proves.
func ofHeader(h http.Header) (market.FailureKind, string) {
	for _, s := range headerSigns {
		if v := h.Values(s.name); len(v) > 0 && (s.value == "" || strings.EqualFold(strings.TrimSpace(v[0]), s.value)) {
			return s.by(s.vendor)
		}
	}
	return "", ""
}

// products are marks that only a page with a product has.
var products = []string{
	`"@type":"product"`, `"@type": "product"`, `"@type":["product"`, `schema.org/product`, `itemprop="price"`, `itemprop=price`, `product:price:amount`,
	`og:price:amount`, `property="og:type" content="product`, `"offers":{`, `"offers":[`, `add-to-cart`, `addtocart`, `add_to_cart`,
}

// detector finds all marks of signs and products in one walk.
type detector struct {
	*finder
	needs    [][]int // by sign: the numbers of its marks
	products []int
}

var vendors = newDetector()

func newDetector() detector {
	var d detector
	var marks []string
	number := map[string]int{}
	add := func(m string) int {
		if _, ok := number[m]; !ok {
			number[m] = len(marks)
			marks = append(marks, m)
		}
		return number[m]
	}
	for _, s := range signs {
		var need []int
		for _, m := range s.marks {
			need = append(need, add(m))
		}
		d.needs = append(d.needs, need)
	}
	for _, m := range products {
		d.products = append(d.products, add(m))
	}
	d.finder = newFinder(marks)
	return d
}

// Where the marks of long pages are looked for.
const (
	headBytes = 12 << 10
	tailBytes = 4 << 10
)

// in finds the marks of a page: in all of a short one, at both ends of a long one.
func (d detector) in(body []byte) []bool {
	found := make([]bool, d.marks)
	if len(body) <= headBytes+tailBytes {
		d.find(body, found)
		return found
	}
	d.find(body[:headBytes], found)
	d.find(body[len(body)-tailBytes:], found)
	return found
}

// first returns the number of the first sign that fits, or -1; asked says that the page asks for a human.
func (d detector) first(found []bool, asked bool) int {
	for i, need := range d.needs {
		if signs[i].asks && !asked {
			continue
		}
		if all(found, need) {
			return i
		}
	}
	return -1
}

// captcha reports whether a captcha stands on the page, if only as a widget.
func (d detector) captcha(body []byte) bool {
	i := d.first(d.in(body), true)
	return i >= 0 && signs[i].kind == captcha.kind
}

func all(found []bool, of []int) bool {
	for _, i := range of {
		if !found[i] {
			return false
		}
	}
	return true
}

// sells reports whether the page has a mark that only a page with a product has.
func (d detector) sells(body []byte) bool {
	found := make([]bool, d.marks)
	d.find(body, found)
	for _, i := range d.products {
		if found[i] {
			return true
		}
	}
	return false
}
