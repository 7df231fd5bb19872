package detect

// gazetteerNames are names that stand for a country without being its name, and the names of countries in
// other languages than English. A line is a code, a sort and the names: "name" and "people" count as the
// country itself, "city" and "region" as a part of it, "agency" is a body that acts for it, "leader" a person
// or party, the weakest hint. The code "-" with "none" marks what only looks like a place. "^^" before a name
// wants it in capitals, "^" with a capital.
const gazetteerNames = `
US name: U.S., U.S.A., America, ^^USA, США, Estados Unidos, EE UU, 美国, 美國, امریکا, آمریکا, الولايات المتحدة
US people: American, Americans, американск*, estadounidense, estadounidenses, americano, americanos
US agency: ^^SEC, Securities and Exchange Commission, ^Fed, Feds, Federal Reserve, ^^CFTC, Commodity Futures Trading Commission, Treasury Department, U.S. Treasury, ^Treasury, White House, Congress, ^Senate, Capitol Hill, Pentagon, State Department, Justice Department, ^^DOJ, ^^FBI, ^^CIA, ^^NSA, ^^DHS, ^^IRS, ^^OFAC, FinCEN, FINRA, ^^FTC, ^^FCC, ^^CISA, ^^FDIC, ^^OCC, ^^NYDFS, Commerce Department, Commerce Dept, Justice Dept, Supreme Court, Wall Street watchdog, ^Washington, House of Representatives, U.S. House
US leader: Biden, Trump, Obama, Blinken, Yellen, Powell, Gensler, Pelosi, Kamala Harris, Republicans, Democrats, GOP, Elizabeth Warren
US region: Texas, California, Florida, New York, N.Y., New York State, New Jersey, Ohio, Michigan, Pennsylvania, Illinois, Montana, Wyoming, Alaska, Hawaii, Oregon, Nevada, Arizona, Utah, Colorado, Kansas, Nebraska, Oklahoma, Missouri, Iowa, Minnesota, Wisconsin, Indiana, Kentucky, Tennessee, Alabama, Mississippi, Louisiana, Arkansas, Georgia state, South Carolina, North Carolina, Virginia, West Virginia, Maryland, Delaware, Connecticut, Massachusetts, Vermont, New Hampshire, Maine, Rhode Island, New Mexico, North Dakota, South Dakota, Idaho, New England, Silicon Valley
US city: Washington DC, Washington D.C., New York City, Los Angeles, Chicago, Houston, San Francisco, Miami, Atlanta, Seattle, Boston, Dallas, Philadelphia, Las Vegas, Phoenix, Minneapolis, Portland, Detroit, New Orleans, Denver, San Antonio, Oahu, Honolulu
EU name: European Union, ^^EU, Европейск* союз*, ЕС, Unión Europea, União Europeia, 欧盟
EU agency: European Commission, European Parliament, European Council, ^^ECB, European Central Bank, ^^ESMA, ^^EBA, Brussels, von der Leyen
EU people: European Union's
GB name: Britain, Great Britain, ^^UK, U.K., United Kingdom, England, Scotland, Wales, Northern Ireland, Великобритани*, Reino Unido, 英国
GB people: British, Briton, Britons, English, Scottish, Welsh
GB agency: Ofcom, ^^FCA, Financial Conduct Authority, Bank of England, BoE, Downing Street, Westminster, Whitehall, ^^HMRC, MI5, MI6, ^^GCHQ, Royal Navy
GB leader: Boris Johnson, Liz Truss, Rishi Sunak, Sunak, Starmer
GB city: London, Manchester, Liverpool, Glasgow, Edinburgh, Cardiff, Belfast
RU name: Russia, Russian Federation, Росси*, РФ, Росія, Росії, Rusia, Rússia, Russland, Russie, 俄罗斯, 俄羅斯, 俄国, روسیه, روسيا
RU people: Russian, Russians, российск*, русск*, російськ*, ruso, rusos, rusa, rusas, russo, russos, russa, russas
RU agency: Kremlin, Moscow, Duma, Bank of Russia, Roskomnadzor, Gazprom, ^^FSB, ^^GRU, Кремл*, Роскомнадзор*, Госдум*, Москв*
RU leader: Putin, Lavrov, Medvedev, Путин*, Путін*, Kadyrov, Navalny, Wagner Group
RU region: Kaliningrad, Belgorod, Kursk, Bryansk, Dagestan, Siberia, Irkutsk, Chechnya, Chechen, Chechens, Sakhalin, Rostov, Дагестан*, Иркутск*
RU city: St. Petersburg, Saint Petersburg, Vladivostok, Novosibirsk
UA name: Ukraine, Украин*, Україн*, Ucrania, Ucrânia, Ucraina, 乌克兰, 烏克蘭, اوکراین, أوكرانيا
UA people: Ukrainian, Ukrainians, украинск*, українськ*, ucraniano, ucranianos
UA city: Kyiv, Kiev, Kharkiv, Kharkov, Odesa, Odessa, Lviv, Mariupol, Kherson, Melitopol, Bakhmut, Severodonetsk, Sievierodonetsk, Lysychansk, Kremenchuk, Bucha, Irpin, Dnipro, Mykolaiv, Enerhodar, Chernihiv, Sumy, Avdiivka, Chernobyl, Azovstal, Kramatorsk, Slovyansk, Svatove, Tokmak, Perevalsk, Khrustalnyi, Киев*, Київ*, Києв*, Харьков*, Харків*, Харков*, Одес*
UA region: Donbas, Donbass, Crimea, Donetsk, Luhansk, Zaporizhzhia, Zaporizhia, Snake Island, Zmiinyi Island, Azov, Крым*, Донбас*, Донецк*, Луганск*
UA leader: Zelensky, Zelenskyy, Zelenskiy, Zelenskyi, Зеленск*, Podolyak
UA agency: ^^SBU, Verkhovna Rada, НБУ
BY name: Belarus, Беларус*, Белорусс*, Білорус*, Bielorrusia, Bielorrússia, 白俄罗斯
BY people: Belarusian, Belarusians, Belarussian
BY city: Minsk, Минск*
BY leader: Lukashenko, Lukashenka, Лукашенк*
KZ name: Kazakhstan, Казахстан*, Kazajistán, Kazajstán, Cazaquistão, Kazakistan, Kazahstan, Kasachstan, Kazachstan, Kazakhstán, 哈萨克斯坦, 哈薩克, قزاقستان, كازاخستان, کازاخستان, قازاقستان
KZ people: Kazakh, Kazakhs, Kazakhstani, казахск*, казахстанск*, kazajo, kazajos, cazaque
KZ city: Almaty, Nur-Sultan, Astana, Zhanaozen, Aktau, Алмат*, Алма-Ат*, Нур-Султан*, Астан*, Актау, Жанаозен*, 阿拉木图
KZ leader: Tokayev, Nazarbayev, Токаев*
KG name: Kyrgyzstan, Киргиз*, Кыргызстан*, Kirguistán, 吉尔吉斯斯坦, قرقیزستان
UZ name: Uzbekistan, Узбекистан*, Uzbekistán, 乌兹别克斯坦
UZ region: Karakalpakstan, Каракалпакстан*
TJ name: Tajikistan, Таджикистан*
TM name: Turkmenistan, Туркмени*
GE name: Georgia, Грузи*, Грузі*
GE people: Georgian, Georgians
GE city: Tbilisi, Тбилис*
GE region: Abkhazia, South Ossetia, Абхази*
AM name: Armenia, Армени*
AM city: Yerevan
AZ name: Azerbaijan, Азербайджан*
AZ region: Nagorno-Karabakh
AZ city: Baku
MD name: Moldova, Молдов*, Молдав*
MD region: Transnistria
CN name: China, Китае, Китаю, Китая, Китай, Китаем, КНР, Китаї, 中国, 中國, 我国, چین, الصين
CN people: Chinese, китайск*, chino, chinos, chinês, chineses
CN agency: Beijing, ^^PBOC, People's Bank of China, Politburo, Xi Jinping, ^^CCP, Communist Party of China, 央行, 国务院, 发改委, 北京, Alipay
CN region: Xinjiang, Sichuan, Inner Mongolia, Tibet, Yunnan, Anhui, Hunan, Henan, Qinghai, Guangdong, Zhejiang, 新疆, 四川, 内蒙古, 云南, 青海
CN city: Shanghai, Shenzhen, Guangzhou, Wuhan, Chengdu, Zhengzhou, Chongqing, 上海, 深圳
HK name: Hong Kong, Гонконг*, 香港
TW name: Taiwan, Taiwan Strait, Тайван*, Taiwán, 台湾, 臺灣, تایوان, تايوان
TW people: Taiwanese
TW city: Taipei
KR name: South Korea, S.Korea, S. Korea, Republic of Korea, Korea, Corea del Sur, Coreia do Sul, 韩国
KR people: South Korean, South Koreans, Korean
KR city: Seoul
KP name: North Korea, N.Korea, N. Korea, ^^DPRK, Corea del Norte, Coreia do Norte, 朝鲜
KP people: North Korean, North Koreans
KP agency: Pyongyang, Lazarus Group, Lazarus hackers
KP leader: Kim Jong Un, Kim Jong-un
JP name: Japan, 日本, Япони*, Japón, Japão
JP people: Japanese
JP agency: Bank of Japan, ^^BOJ, Tokyo
IR name: Iran, Islamic Republic of Iran, Иран*, Іран*, Irán, Irã, 伊朗, ایران, إيران
IR people: Iranian, Iranians, иранск*
IR agency: Tehran, Теheran, ^^IRGC, Khamenei, Rouhani, Raisi
IR city: Isfahan, Shiraz, Mahsa Amini, تهران
IR region: Khuzestan, Sistan, Baluchestan
IQ name: Iraq, Ирак*, العراق, عراق
IQ people: Iraqi, Iraqis
IQ city: Baghdad, Basra, Erbil
SY name: Syria, Сири*, Siria, Síria, 叙利亚, سوريا, سوریه
SY people: Syrian, Syrians
SY city: Damascus, Aleppo, Idlib
IL name: Israel, Израил*, Ізраїл*, 以色列, إسرائيل, اسرائیل
IL people: Israeli, Israelis
IL city: Jerusalem, Tel Aviv
IL leader: Netanyahu, Naftali Bennett
PS name: Palestine, Gaza, West Bank, Gaza Strip, Палестин*, غزة, فلسطين
PS people: Palestinian, Palestinians
PS leader: Hamas
LB name: Lebanon, Ливан*, Líbano, لبنان
LB people: Lebanese
LB city: Beirut
LB leader: Hezbollah
JO name: Jordan
JO people: Jordanian, Jordanians
YE name: Yemen, Йемен*, اليمن
YE people: Yemeni, Yemenis
YE leader: Houthi, Houthis
SA name: Saudi Arabia, السعودية, Саудовск* Арави*
SA people: Saudi, Saudis
SA city: Riyadh, Jeddah
AE name: United Arab Emirates, ^^UAE, U.A.E., Emirates, ОАЭ, الإمارات
AE people: Emirati
AE city: Dubai, Abu Dhabi
TR name: Turkey, Türkiye, Турци*, Turquía, Turquia, 土耳其, ترکیه, تركيا
TR people: Turkish, Turks
TR agency: Ankara
TR leader: Erdogan, Эрдоган*
TR city: Istanbul
AF name: Afghanistan, Афганистан*, 阿富汗, افغانستان, أفغانستان
AF people: Afghan, Afghans
AF city: Kabul, Kandahar
AF leader: Taliban, Талибан*
PK name: Pakistan, Пакистан*, Pakistán, پاکستان, باكستان
PK people: Pakistani, Pakistanis
PK city: Islamabad, Karachi, Lahore
PK leader: Imran Khan
IN name: India, Индия, Индии, Індія, Індії, 印度, هند, الهند
IN people: Indian, Indians
IN agency: ^^RBI, Reserve Bank of India, ^^SEBI, New Delhi
IN city: Delhi, Mumbai, Manipur, Srinagar
IN region: Kashmir, Jammu, Punjab, Assam, Rajasthan, Haryana
IN leader: Modi, Narendra Modi
BD name: Bangladesh
BD people: Bangladeshi
BD city: Dhaka
LK name: Sri Lanka
LK people: Sri Lankan, Sri Lankans
LK city: Colombo
NP name: Nepal
MM name: Myanmar, Burma, Мьянм*, 缅甸, میانمار
MM people: Burmese
MM city: Yangon, Naypyidaw
TH name: Thailand, Таиланд*, 泰国
TH people: Thai, Thais
TH city: Bangkok
VN name: Vietnam, Viet Nam
VN people: Vietnamese
ID name: Indonesia
ID people: Indonesian, Indonesians
ID city: Jakarta
ID region: Papua, Java
MY name: Malaysia
MY people: Malaysian
PH name: Philippines
PH people: Philippine, Filipino, Filipinos
PH city: Manila
SG name: Singapore
SG agency: ^^MAS, Monetary Authority of Singapore
SG people: Singaporean
AU name: Australia, Австрали*
AU people: Australian, Australians
AU agency: Canberra, ^^ASIC, Austrac, Home Affairs
AU region: Queensland, New South Wales, Tasmania
AU city: Sydney, Melbourne, Brisbane
NZ name: New Zealand
CA name: Canada, Канад*, Canadá
CA people: Canadian, Canadians
CA agency: Ottawa, Bank of Canada
CA region: British Columbia, B.C., Ontario, Quebec, Alberta, Manitoba
CA city: Toronto, Vancouver, Montreal
CA leader: Trudeau
MX name: Mexico, México, Мексик*
MX people: Mexican, Mexicans
SV name: El Salvador, ^Salvador, Сальвадор*, 萨尔瓦多
SV people: Salvadoran, Salvadorans, Salvadorean, El Salvadoran
SV leader: Bukele, Bukele's
HN people: Honduran, Hondurans
CU name: Cuba, Куба, Кубе, Кубы, 古巴
CU people: Cuban, Cubans
CU city: Havana
VE name: Venezuela, Венесуэл*, 委内瑞拉
VE people: Venezuelan, Venezuelans, venezolano, venezolanos
VE city: Caracas
VE leader: Maduro
NI name: Nicaragua
BR name: Brazil, Brasil, Бразили*, 巴西
BR people: Brazilian, Brazilians, brasileiro, brasileiros
BR city: Brasilia, Sao Paulo, Rio de Janeiro
BR leader: Bolsonaro, Lula
AR name: Argentina, Аргентин*, 阿根廷
AR people: Argentine, Argentinian, argentino, argentinos
AR city: Buenos Aires
PE name: Peru, Perú, Перу
CL name: Chile, Чили
CO name: Colombia, Колумби*
EC name: Ecuador
ES name: Spain, España, Espanha
ES people: Spanish
FR name: France, Франци*, Francia, França, 法国
FR people: French
FR leader: Macron
FR city: Paris
DE name: Germany, Германи*, Німеччин*, Alemania, Alemanha, 德国
DE people: German, Germans
DE agency: Berlin, Bundesbank, BaFin, Bundestag
DE leader: Scholz, Merkel
IT name: Italy, Italia, Итали*
IT city: Rome, Milan
NL name: Netherlands, the Netherlands, Holland
NL people: Dutch
NL city: Amsterdam, The Hague, Rotterdam
CH name: Switzerland
CH people: Swiss
CH agency: FINMA, Swiss National Bank
PT name: Portugal
PT city: Lisbon
CZ name: Czech Republic, Czechia
CZ people: Czech, Czechs
PL people: Polish, Poles
PL city: Warsaw
LT people: Lithuanian, Lithuanians
LV people: Latvian, Latvians
EE people: Estonian, Estonians
FI people: Finnish, Finns
SE people: Swedish, Swedes
NO people: Norwegian
DK people: Danish, Danes
IE people: Irish
RS people: Serbian, Serbs
XK name: Kosovo
NG name: Nigeria, Нигери*
NG people: Nigerian, Nigerians
NG agency: Abuja
NG city: Lagos
ET name: Ethiopia, Эфиопи*, Etiopía
ET people: Ethiopian
ET region: Tigray, Amhara, Oromia
SD name: Sudan, Судан*
SD people: Sudanese
SD city: Khartoum
SS name: South Sudan
SS people: South Sudanese
TD name: Chad
TD people: Chadian
CF name: Central African Republic
ZA name: South Africa, S.Africa
ZA people: South African, South Africans
CD name: Congo, Democratic Republic of Congo, Democratic Republic of the Congo, DR Congo, ^^DRC
CG name: Republic of Congo, Congo Republic, Congo-Brazzaville
TZ people: Tanzanian
UG people: Ugandan, Ugandans
KE people: Kenyan, Kenyans
LY name: Libya, Ливи*, ليبيا
EG name: Egypt, Егип*, مصر
EG city: Cairo
DZ name: Algeria, Алжир*, الجزائر
TN name: Tunisia
MA name: Morocco
- none: San Salvador Bahia, South China Sea, East China Sea, Sea of Japan, Gulf of Mexico, Indian Ocean, American Indian, Native American, Native Americans, Latin America, Latin American, South American, Central American, Central America, South America, North America, North American, African American, African Americans, Panama Papers, Paris Agreement, Paris Olympics, Paris Club, Paris Climate, Geneva Conventions, Stockholm syndrome, Havana syndrome, Russian roulette, French fries, French Open, Australian Open, U.S. Open, Chinese wall, Vienna Convention, Bank of America, American Express, British Airways, Brazil nut, Guinea pig, Guinea pigs, Michael Jordan, Jim Jordan, New Mexico Mexico, U.S. dollar, U.S. dollars, U.S. futures, U.S. inflation, U.S. payrolls, U.S. jobs, U.S. stocks, U.S. yields, U.S. data, U.S. Treasury yields, Treasury yields, U.S. bond, U.S. consumer prices, U.S. CPI, U.S. rates, U.S. labor, U.S. labour, U.S. stock, U.S. stock futures, Wall Street, Radio Free Europe, Deutsche Bank, China Evergrande, Standard Chartered, Tel Aviv Stock, Cold Wallet, Swiss franc, Hong Kong dollar, Russian Blue, Canadian dollar, Australian dollar, Japanese yen, Chinese yuan, British pound, Turkish bath, Danish pastry, Trump Tower, Trumpism, Berlin Wall, Berlin-based
`
