package detect

// gazetteerNames are names that stand for a country without being its name: what acts for it, who leads it, parts
// of it that wars and bans made known, and spellings that the list of countries does not have. A line is a code, a
// sort and the names: "name" and "people" count as the country itself, "city" and "region" as a part of it,
// "agency" is a body, or a capital, that acts for it, "leader" a person, a party or a chamber, the weakest hint.
// The code "-" with "none" marks what only looks like a place. "^^" before a name wants it in capitals, "^" with
// a capital, "*" lets it end as it will.
const gazetteerNames = `
US name: America
US agency: ^^SEC, Securities and Exchange Commission, Federal Reserve, Feds, ^^CFTC, Commodity Futures Trading Commission,
US agency: Treasury Department, U.S. Treasury, White House, Capitol Hill, Pentagon, State Department, Justice Department,
US agency: ^^DOJ, ^^FBI, ^^CIA, ^^NSA, ^^DHS, ^^IRS, ^^OFAC, FinCEN, FINRA, ^^FTC, ^^FCC, ^^CISA, ^^FDIC, ^^OCC, ^^NYDFS,
US agency: Commerce Department, Commerce Dept, Justice Dept, Washington, House of Representatives, U.S. House, U.S. Senate
US agency: ^Fed, Wall Street watchdog, U.S. Congress
US leader: Biden, Trump, Obama, Blinken, Yellen, Powell, Gensler, Pelosi, Kamala Harris, Republicans, Democrats, ^^GOP
US leader: Elizabeth Warren, ^Treasury, ^Congress, ^Senate, Supreme Court
US region: N.Y., New York State, Silicon Valley, San Antonio, Oahu
EU name: Европейск* союз*
EU agency: European Commission, European Parliament, European Council, ^^ECB, European Central Bank, ^^ESMA, ^^EBA, Brussels
EU leader: von der Leyen, Europe
GB agency: Ofcom, ^^FCA, Financial Conduct Authority, Bank of England, BoE, Downing Street, Westminster, Whitehall, ^^HMRC,
GB agency: MI5, MI6, ^^GCHQ, Royal Navy
GB leader: Boris Johnson, Liz Truss, Rishi Sunak, Sunak, Starmer
RU name: 俄国
RU agency: Kremlin, Moscow, Duma, Bank of Russia, Roskomnadzor, Gazprom, ^^GRU, Кремл*, Роскомнадзор*, Госдум*
RU leader: Putin, Lavrov, Medvedev, Путин*, Путін*, Kadyrov, Navalny, Wagner Group
RU region: Chechen, Chechens, Sakhalin, Rostov
UA city: Bucha, Irpin, Azovstal, Slovyansk, Svatove, Tokmak
UA region: Zmiinyi Island
UA agency: ^^SBU, Verkhovna Rada, НБУ
UA leader: Zelensky, Zelenskyy, Zelenskiy, Zelenskyi, Зеленск*, Podolyak
BY leader: Lukashenko, Lukashenka, Лукашенк*
KZ name: Kazahstan, Kazachstan, قازاقستان
KZ people: cazaque
KZ leader: Tokayev, Nazarbayev, Токаев*
CN name: 我国
CN agency: Beijing, ^^PBOC, People's Bank of China, Politburo, ^^CCP, 央行, 国务院, 发改委, 北京
CN leader: Xi Jinping
TW name: Taiwan Strait
KP agency: Pyongyang, Lazarus Group, Lazarus hackers
KP leader: Kim Jong Un
JP agency: Bank of Japan, ^^BOJ, Tokyo
IR agency: Tehran, ^^IRGC
IR leader: Khamenei, Rouhani, Raisi, Mahsa Amini
IL leader: Netanyahu, Naftali Bennett
PS leader: Hamas
LB leader: Hezbollah
YE leader: Houthi, Houthis
SA name: Саудовск* Арави*
TR agency: Ankara
TR leader: Erdogan, Эрдоган*
AF leader: Taliban, Талибан*
PK leader: Imran Khan
IN agency: ^^RBI, Reserve Bank of India, ^^SEBI, New Delhi
IN leader: Modi, Narendra Modi
SG agency: ^^MAS, Monetary Authority of Singapore
AU agency: Canberra, ^^ASIC, Austrac
CA agency: Ottawa, Bank of Canada
CA region: B.C.
CA leader: Trudeau
SV name: ^Salvador
SV people: El Salvadoran
SV leader: Bukele
VE leader: Maduro
BR leader: Bolsonaro, Lula
FR leader: Macron
DE agency: Berlin, Bundesbank, BaFin, Bundestag
DE leader: Scholz, Merkel
CH agency: FINMA, Swiss National Bank
PL people: ^Poles
NG agency: Abuja
ZA name: S.Africa
KR name: S.Korea, S. Korea
KR people: S.Korean, S.Koreans
KP name: N.Korea, N. Korea
KP people: N.Korean, N.Koreans
- none: South China Sea, East China Sea, Sea of Japan, Gulf of Mexico, Indian Ocean, American Indian, American Indians
- none: Native American, Native Americans, Latin America, Latin American, South American, Central American, North American
- none: Central America, South America, North America, African American, African Americans, Eastern Europe, Radio Free Europe
- none: Panama Papers, Paris Agreement, Paris Olympics, Beijing Olympics, Tokyo Olympics, Paris Club, Geneva Conventions
- none: Stockholm syndrome, Havana syndrome, Russian roulette, French fries, French Open, Australian Open, U.S. Open
- none: Chinese wall, Vienna Convention, Bank of America, American Express, British Airways, American Airlines, Brazil nut
- none: guinea pig, guinea pigs, Michael Jordan, Jim Jordan, Trump Tower, Berlin Wall, Deutsche Bank, Bitcoin Suisse
- none: U.S. dollar, U.S. dollars, U.S. futures, U.S. inflation, U.S. payrolls, U.S. jobs, U.S. stocks, U.S. yields, U.S. data
- none: U.S. Treasury yields, Treasury yields, U.S. bond, U.S. consumer prices, U.S. CPI, U.S. rates, U.S. labor, U.S. labour
- none: U.S. stock, U.S. stock futures, Swiss franc, Hong Kong dollar, Canadian dollar, Australian dollar, Japanese yen
- none: Chinese yuan, British pound, Turkish lira, Fed minutes, Fed meeting, Fed testimony, Fed hike, Fed hikes, Fed rate
- none: New England Patriots, Manchester United, Real Madrid, Washington Post, Moscow Times, Jerusalem Post, Times of India
- none: Wall Street Journal, New York Times, Kyiv Independent, Boston Globe, Chicago Tribune, Los Angeles Times, China Daily
`
