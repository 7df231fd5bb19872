package detect

// headlineRules says which groups of the lexicon, near each other, speak of which kind of happening. See
// parseHeadlineRules for the form and [headlineLexicon] for the groups. "place" stands where the gazetteer found
// a place, "money" for an amount of money, "ratio" for a percentage.
const headlineRules = `
# Access to the net cut, or back.
shutdown 5! : netcut place -webouts
shutdown 5! : netcut -webouts
shutdown 4! : net cut place /6 -webouts
shutdown 3! : net cut /6 -webouts
shutdown 3! : net block place /6 -webouts
shutdown 5! : place >block >social /6 -lawful -sport
shutdown 3! : social >blocked place /5 -lawful -sport
shutdown 5! phase=easing : net|netcut restore /6 -webouts
shutdown 7! phase=easing : netcut|net restore place /9 -webouts
shutdown -4 title : webouts
shutdown -3 : malware
shutdown -3 title : lawful

# Electricity and fuel.
power 4! : powercut place
power 3! : powercut
power 3 : grid strain place /8
power -4 title : webouts
power -3 title : net
power -3 title : malware

# Protest, coup, emergency.
unrest 4! : protest riotous place
unrest 4! : protest manypeople place
unrest 3 : protest place
unrest 4! : coup place
unrest 2 : coup
unrest -3 title : smallprotest
unrest -3 title : sport|market
unrest -3 : malware
unrest -4 title : covid coup

# War.
conflict 4! : war attack warcorner
conflict 3! : war attack place /8
conflict 3 : war warcorner
conflict 3 : attack warcorner
conflict 3 : kremlinist warcorner
conflict 3 : war kremlinist
conflict 3 : tension warcorner
conflict 3 : tension kremlinist place
conflict 3 : war tension place
conflict 2 : war place /5
conflict -3 title : sport|nowar
conflict -3 title : market -attack
conflict -3 : malware

# Sanctions.
sanctions 4! : sanction place
sanctions 3 : sanction
sanctions 3! : seize oligarch place
sanctions -3 title : sport

# Mining and the hashrate.
mining 6! : cryptomine rule|enforce|decree
mining 5 : cryptomine
mining 4 title : crypto|coin grid|powercut
mining 3 : mine crypto|coin /8
mining -6 : malware
mining -4 title : con
hashrate 6! : hash fall|rise
hashrate 4 : hash
hashrate -8 : malware

# Prices.
price 4! : coin|crypto >heavy /5
price 4! : heavy >coin|crypto /2
price 3! : coin|crypto >fall|rise /5
price 3! : fall|rise >coin|crypto /2
price 3! : coin fall|rise ratio|money
price 3! : coin|crypto record /8
price 3 : coin|crypto moved
price 3 : coin|crypto crystal -authority -enforce -platform -sanction -mine -rule -war
price 2 : coin|crypto crystal
price 3 : coin|crypto flows
price 5! title : coin|crypto >fall|rise|heavy /3
price 4 title : verse
price 3 title : commentlead coin
price -3 title : nonprice
price -3 title : platform -coin -fall
price 4! : stable depeg
price -2 title : biz
price -3 title : hack
price -4 title : crimeword -fall
price -4 : hash -pricenoun
price -3 title : culprit
price -6 : malware
price -8 title : marketlead|market -coin -crypto

# Rules and courts.
regulation 5! : crypto|coin|cryptotech|platform decree authority|place|authoritystrict
regulation 5 : crypto|coin|cryptotech|platform authority rule
regulation 4 : crypto|coin|cryptotech|platform authority enforce
regulation 3 : crypto|coin|cryptotech authority rulesoft
regulation 4 : crypto|coin|cryptotech|platform rule place
regulation 4 : crypto|coin|cryptotech|platform enforce place
regulation 3 : crypto|coin|cryptotech|platform rule
regulation 3 : crypto|coin|cryptotech|platform enforce
regulation 3 : crypto|coin|cryptotech authoritystrict
regulation 6! : enact legaltender coin|crypto
regulation 3 : legaltender place
regulation 4 : elsalvador coin|crypto
regulation 5! : etf decree authoritystrict
regulation 4 : etf authoritystrict
regulation 2 : cbdc
regulation 3 : cbdc authority
regulation 4! : capital
regulation -2 title : biz -authoritystrict -rule -legaltender
regulation -6 : malware
regulation -3 title : market

# Exchanges, lenders, protocols.
exchange 4! : platform hack|fail
exchange 3! : crypto|coin|cryptotech exnoun hack|fail
exchange 3! : crypto|coin|cryptotech hack money
exchange 3 : platform trouble
exchange -6 title : malware
exchange -3 title : con
exchange -2 : malware
exchange -6 title : culprit -platform
exchange -3 title : culprit

# Nature.
disaster 4! : quake place
disaster 3! : quake
disaster 4! : storm havoc place
disaster 3 : storm place
disaster -3 : crypto|coin
`
