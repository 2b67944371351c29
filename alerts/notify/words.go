package notify

import "pricegap/alerts/notify/lang"

// words puts the facts of alerts into words of one language.
type words struct{ *lang.Words }

func wordsOf(language string) words { return words{lang.Of(language)} }
