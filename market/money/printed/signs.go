package printed

// The signs that stand for currencies, as shops print them: spellings, "=", codes of ISO 4217 with the most
// likely first. Where capitals matter, or where small letters would be a word, the sign stands in the first
// table. Source: CLDR, national use.
const exactSignText = `
R=ZAR BRL
Q=GTQ
Р|р=RUB BYN
с=KGS TJS
Fr=CHF FRF XAF XOF
FRw|RF|R₣=RWF
Ft=HUF
Rp=IDR
Rs|RS=INR PKR LKR NPR MUR SCR
RM=MYR
Kr|kr|KR=SEK NOK DKK ISK
kn=HRK
KM=BAM
Kč|kč|KČ|Kc=CZK
zł|Zł|ZŁ|zl=PLN
TL=TRY
BD=BHD
KD=KWD
BD=BHD
Db=STN STD
DH|Dh|Dhs|DHS=AED MAD
Dt|DT=TND
Nu=BTN
ZK=ZMW
TSh=TZS
KSh|Ksh|KSH=KES
USh=UGX
Vt=VUV
Bs=BOB VES
Gs=PYG
Le=SLE SLL
Lt=LTL
Ls=LVL
NT=TWD
Af=AFN
Ar=MGA
Br=ETB BYN
Kz=AOA
MT=MZN
so'm|So'm|S'=UZS
din|Din=RSD
ден|ДЕН=MKD
дин|Дин|ДИН=RSD
лв|ЛВ|Лв=BGN
тг|ТГ=KZT
S/=PEN
B/.=PAB
`

const foldedSignText = `
€|euro|euros|еuro|евро|ευρώ|avro|欧元|歐元|ユーロ|유로|यूरो=EUR
$|＄=USD CAD AUD NZD SGD HKD MXN ARS CLP COP TWD UYU JMD BSD BBD BZD XCD FJD NAD TTD LRD GYD SRD BND
dollar|dollars|dólar|dólares|dollari|dollaro|dolar|dolares|доллар|долларов=USD CAD AUD NZD SGD HKD
£|￡=GBP
₤=GBP ITL
pound|pounds=GBP EGP LBP SYP SDG SSP FKP GIP SHP
sterling|pound sterling|pounds sterling=GBP
us$|us $|u$s|u$d|usd$|u.s.$|美元|美金|ドル|米ドル=USD
ca$|ca $|can$|cdn$|$ca|$ c|c $|캐나다 달러=CAD
c$=CAD NIO
a$|au$|au $|aud$=AUD
nz$|nz $|nzd$=NZD
hk$|hk $|港元|港币|港幣|香港ドル=HKD
s$|sg$|sgd$=SGD
nt$|ntd$|新台币|新台幣=TWD
r$|reais=BRL
mx$|mex$|mxn$=MXN
rd$=DOP
j$|ja$=JMD
bz$=BZD
tt$=TTD
b$=BND BSD
bds$=BBD
ec$=XCD
fj$=FJD
gy$=GYD
n$=NAD
t$=TOP
cl$=CLP
col$=COP
ar$=ARS
$u=UYU
$b|bs.=BOB
mop$=MOP
ci$=KYD
z$|zwl$=ZWL
¥|￥=JPY CNY
円|yen|yens|yenes|エン|येन|엔=JPY
\=JPY
元=CNY TWD
人民币|人民幣|rmb|yuan=CNY
₩|￦|원=KRW
₹|rupee|rupees|rupien|रुपये|रुपए=INR PKR LKR NPR
₨|ரூ=INR PKR LKR NPR
රු=LKR
₽=RUB
руб|рублей|рубля|рубль|rub|rubles=RUB BYN
rbl=BYN RUB
₴|грн|hrn|гривень=UAH
₺|lira=TRY
lire=ITL
₪|ש״ח|ש"ח|ש'ח|שח=ILS
₫|đ|vnđ=VND
฿|บาท|baht=THB
₱=PHP
₡|콜론=CRC
₲=PYG
₦|ナイラ|naira=NGN
₵|gh₵|gh¢|cedi=GHS
₸|тенге=KZT
₼=AZN
₾|ლ|ლარი|라리|lari=GEL
₭|kip=LAK
₮|төгрөг=MNT
៛|riel=KHR
؋=AFN
₿|btc|bitcoin|bitcoins|比特币=BTC
₣|franc|francs|franken|franchi|francos|frank=CHF FRF BEF LUF XAF XOF XPF RWF BIF DJF GNF KMF CDF
sfr=CHF
francs suisses|franchi svizzeri|schweizer franken=CHF
₶=
ƒ|gulden=NLG
fdj=DJF
nfk|ናቕፋ|نافكا=ERN
ብር|birr=ETB
cfa|fcfa|f cfa=XOF XAF
lek|lekë=ALL
lei|leu=RON MDL
forint=HUF
zloty|złotych|złote|złoty=PLN
koruna|korun|kčs=CZK
kronor|kroner|krone|krona|krónur|kronur=SEK NOK DKK ISK
spänn=SEK
dinar|dinara|dinars|dinara|динара=RSD
som=UZS KGS
soʻm=UZS
ringgit=MYR
rupiah=IDR
rand=ZAR
peso|pesos=MXN ARS CLP COP PHP UYU
パナマ・バルボア|balboa=PAB
﷼|ريال|ریال=SAR IRR QAR OMR YER
ر.س=SAR
ر.ق=QAR
ر.ع=OMR
تومان|تومن=IRT
درهم|د.إ=AED MAD
د.م=MAD
د.ج=DZD
د.أ=JOD
د.ك=KWD
د.ت=TND
د.ب=BHD
د.ل=LYD
د.ع|ع.د=IQD
د.|دينار=IQD KWD JOD BHD TND LYD DZD RSD
ج.م|جنيه=EGP
ج.س=SDG
ل.س=SYP
ل.ل=LBP
`

// wordSignText are the signs that are also words, and the languages in which they are: Dutch "nu" is now, French
// "lire" to read, German "Fr" a Friday. The last line holds those that are common abbreviations.
const wordSignText = `
nu=nl sv da ro
le=fr it
af=nl da sv
lt=de es it
fr|fr.=de nl sv da
din=sv da
som=nl sv da nb
rand=nl de sv da nb
kip=nl
lek=nl pl cs sv
lei=nl pt es
krone=de
ft=en
top|sos|sit=nl de fr en es it pl sv da cs
cup|mop=en
lari|lira|lire=fr it
pound|pounds=en
peso|pesos=es it pt
franc|francs=fr en
frank|franken=nl de en
sek=de pl cs da
km=nl de fr en es it pl sv da cs
bd|bd.=fr
r|q|s/|nt|kd|ls|gs|bs|br|ar|dt|db|kz|vt|mt=none
`

// isoText are the codes of ISO 4217, and those that the euro and others replaced.
const isoText = `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BYR BZD CAD CDF CHF CLP
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD
IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RUR RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS
SRD SSP STN STD SVC SYP SZL THB TJS TMT TND TOP TRY TRL TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
ATS BEF DEM ESP FIM FRF GRD IEP ITL LUF NLG PTE SIT SKK EEK CYP MTL BTC XBT`

// lowText are the codes that are read in small letters too, beside a number: those that spell no word.
const lowText = `usd eur gbp cad aud nzd chf sek nok dkk pln czk jpy cny hkd sgd inr zar brl mxn huf bgn hrk uah aed thb krw`

// riskyText are the codes that spell a word.
const riskyText = `ALL TOP TRY CUP MOP PEN GEL SOS COP MAD BAM LAK ARS NAD BOB BIF MUR ETB LSL STD ANG SIT WST`

// safeText are the codes that mean a currency wherever they stand.
const safeText = `EUR USD GBP CHF DKK NOK SEK PLN CZK HUF RON BGN HRK AUD CAD NZD JPY CNY HKD SGD BRL ZAR AED RUB UAH INR MXN`
