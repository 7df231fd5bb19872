package detect

// headlineLexicon lists the words that the rules speak of. One group a paragraph: its name, then its words and
// phrases, separated by commas; "word*" is every word that begins so. To teach the detector a word, add it
// to its group. English first; the other languages cover what every group of readers must not miss.
//
// The group "mask" holds phrases in which a word means something else: inside them nothing is found.
const headlineLexicon = `
mask: power of attorney, powers of attorney, attorney general, attorneys general, internet explorer,
 internet of things, stock exchange, stock exchanges, exchange server, exchange servers, microsoft exchange,
 on premises exchange, exchange rate, exchange rates, exchange operator, foreign exchange, prisoner exchange,
 heat exchange*, exchange admins, in exchange for, trade war, trade wars, price war, price wars, war of words,
 war on drugs, war on terror, culture war, culture wars, star wars, cold war, turf war, turf wars, bidding war,
 war chest, war room, world war ii, world war 2, world war two, second world war, first world war, world war i,
 drug war, console war, war hero, hunger strike, strike action, rail strike, general strike, strike a deal,
 strikes a deal, strike deal, strikes deal, struck a deal, struck deal, strike down, strikes down, struck down,
 lightning strike, heart attack, heart attacks, shark attack, dog attack, panic attack, attack ad, attack ads,
 invasion of privacy, home invasion, capitol attack, capitol riot, capitol riots, capitol rioter,
 capitol rioters, capitol insurrection, attack on the capitol, january 6, january 6th, jan 6, jan 6th,
 6 january, storm the capitol, stormed the capitol, think tank, think tanks, fish tank, shell company,
 shell companies, shell out, shells out, royal dutch shell, shell plc, bombshell, sex bomb, time bomb,
 bath bomb, battle of the sexes, legal battle, court battle, custody battle, salvation army, protest vote,
 coup for, perfect storm, storm of criticism, media storm, twitter storm, political earthquake, flooded with,
 flood of, floods of, floodgates, under fire, fire sale, volcano bond, volcano bonds, volcano powered,
 news blackout, media blackout, blackout period, power couple, star power, purchasing power, power grab,
 power struggle, balance of power, seize power, economic power, nuclear power, world power, super power,
 data mining, coal mine*, coal mining, gold mine*, gold mining, copper mine*, copper mining, lithium mining,
 deep sea mining, miner bhp, miner rio tinto, miner vale, mining giant bhp, mining truck*, panama papers,
 gas tank, anti protest law, token of, blue chip, ban on abortion, abortion ban, abortion bans, drone delivery,
 drone show, sanctions for lawyers, sanction lawyers, in sanctions, monetary sanctions, sanctions motion,
 internet giant*, internet giants, internet company, internet companies, internet star, internet sleuths,
 internet meme*, internet personality, internet firm*, internet sector, viral on the internet, gold rush,
 covid surge, virus surge, surge in covid, cyber war, info war, information war, infowars, hack week,
 bitcoin pizza, crash course, car crash, plane crash, crash site, air crash, train crash, helicopter crash,
 crashed plane, mass shooting, mass shootings, school shooting, drop out, fall in love, border wall,
 rising star, power play, power rankings, solar storm, strike price, protest song, star tribune, war memorial,
 war museum, war film, war movie, war veteran, war veterans, civil war era, american civil war, world cup,
 army veteran, protests too much, tax haven, price tag, price hike*, blue wave, red wave, wave of, luna park,
 security exchange, gas exchange, currency exchange, data exchange, exchange student*, exchange program*,
 fire chief, fire department, ring of fire, fire fighter*, fire starter, trial run, exchange traded,
 exchange listing, cyberattack*, cyber attack*, cyber attacks, ransomware attack*, ddos attack*,
 phishing attack*, brute force attack*, supply chain attack*, hacker attack*, attack surface, attack vector*,
 terror attack, coup d'etat de theatre, blackout tuesday, mining giant, mining company rio,
 exchange ceo of nasdaq, market capitalisation rule, human rights abuses, knife attack, gun attack,
 anti war film, space force, task force, task forces, work force, police force, air force one, armed robbery,
 arms dealer film, small arms ban, strikes again, strikes back, strike out, power to, in power, into power,
 to power, lose power in election, sanctions judge, court sanctions, nuclear power plant, nuclear plant,
 solar power deal, presidential power*, powers to, powers of, state power, air power, military power,
 computing power, law firm, law firms, mother in law, by law enforcement, monetary policy,
 guidance on monetary policy, policy guidance, forward guidance, fed testimony, fed minutes, fed meeting,
 fed hike, fed hikes, fed rate, fed rates, fed rally, hawkish fed, powell testimony, fed speakers, fed policy,
 fed officials speak, tax season, power of the dog

net: internet, broadband, mobile data, phone lines, phone line, mobile phone lines, mobile network*,
 cell service, cellular service, phone service*, phone network*, telephone service*, telephone lines,
 communications network*, telecoms network, telecommunications, undersea cable*, submarine cable*,
 subsea cable*, fiber cable*, fibre cable*, internet cable*, connectivity, online access, web access, 4g, 3g,
 isps, internet provider*, telecom outage, mobile services, mobile operator*, wireless services,
 internet services, wireless outage, интернет*, мобильн* связ*, связь, інтернет*, мобільн* зв*, 互联网, 网络, 互聯網,
 網絡, 断网, 斷網, acceso a internet, internet movil, internet movel, اینترنت, انترنت, الانترنت,
 telecommunications network*, rete internet, connexion internet, phone and internet, voice and data

social: social media, social network*, twitter, facebook, whatsapp, telegram, instagram, youtube, tiktok,
 signal app, wikipedia, vpn, vpns, ^^tor, tor project, ^^vk, messenger, messaging app*, online platform*,
 google news, bbc website, clubhouse, news sites, news websites, websites, соцсет*, соцмереж*, твиттер, фейсбук,
 инстаграм*, телеграм*, redes sociais, redes sociales, 社交媒体

cut: shut down, shuts down, shutting down, shutdown, shutdowns, shut off, shuts off, shutting off, shut, shuts,
 cut off, cuts off, cut, cuts, cutting, cutoff, blackout, blackouts, disrupt*, throttl*, switch off,
 switched off, switches off, turned off, turns off, turn off, sever, severed, suspend*, offline, outage*,
 ground to a halt, brings down, bring down, brought down, took down, takes down, take down, knocked out,
 knocks out, knocked offline, goes dark, go dark, went dark, gone dark, go down, goes down, went down, is down,
 paraly*, crippl*, restrict*, unplug*, pulls the plug, slowed down, slows down, slowed, damaged, collapse*,
 kill switch, interrupted, interruption*, cut from the internet, disconnect*, loses, lost, plunge* into,
 отключ*, блокиров*, заблокиров*, огранич*, перебо*, пропал*, не работа*, відключ*, заблокув*, блокув*, обмеж*,
 зник*, 切断, 中断, 关闭, 封锁, 断网, 斷網, 中斷, corte*, apagon*, bloque*, corta*, cortan, cortou, apagao*, bloqueio*,
 bloqueia*, bloqueou, restring*, queda, قطع, حجب, القطاع, انقطاع, تعطيل, مسدود, قطعی, فیلتر*, اختلال, ابطا,
 coupure*, coupe, blocco, abschalt*, fail, fails

block: block, blocks, blocked, blocking, ban, bans, banned, censor*, restrict*, restricts, unavailable,
 inaccessible, great firewall, clamps down, clamp down, crack down, cracks down, cracking down, crackdown,
 throttl*, shut*, cut*, blackout*, cuts off

restore: restor*, back online, comes back, came back, come back, reconnect*, resum*, lifts, lifted, lift,
 unblock*, switched back on, back on, reopen*, returns, returned, восстанов*, вернул*, відновл*, 恢复, 恢復,
 restablec*, restaur*, restabelec*, volta*, عوده, استعاده, وصل شد, وصل

netcut: internet shutdown*, internet blackout*, internet outage*, shut down the internet,
 shuts down the internet, cut off the internet, cut internet, cuts internet, shut down internet,
 shuts down internet, web blackout, net blackout, communications blackout, network shutdown*, telecom outage*,
 nationwide outage, отключение интернета, отключения интернета, отключили интернет, отключен интернет,
 отключают интернет, без интернета, блокировк* интернет*, відключення інтернету, вимкнули інтернет,
 без інтернету, 断网, 斷網, 互联网中断, 切断互联网, 关闭互联网, 互联网被切断, corte de internet, cortes de internet, apagon de internet,
 bloqueo de internet, sin internet, apagao da internet, corte da internet, bloqueio da internet, sem internet,
 blackout del web, blackout di internet, coupure d'internet, coupures internet, internetsperre, قطع اینترنت,
 قطعی اینترنت, قطع الانترنت, انقطاع الانترنت, حجب الانترنت, internetabschaltung, afgesloten internet,
 internet is grotendeels afgesloten, internet kesint*

webouts: aws, amazon web services, cloudflare, fastly, google cloud, gmail, azure, microsoft 365, office 365,
 xbox, playstation network, slack, github, netflix, outlook, teams, icloud, spotify, zoom, website, web site,
 web site*, app, apps, steam, roblox, discord, server, servers, web client, router*, login*, cloud provider,
 data center, data centre, windows 11, windows, chrome, firefox, site, sites, domain registrar, tax website

powercut: power cut*, power outage*, power failure*, blackout, blackouts, brownout*, load shedding,
 loadshedding, without power, lose power, loses power, lost power, electricity cut*, electricity outage*,
 electricity blackout*, electricity rationing, power rationing, power shortage*, electricity shortage*,
 energy shortage*, fuel shortage*, gas shortage*, power crunch, energy crunch, energy crisis,
 electricity crisis, power crisis, fuel crisis, grid failure*, grid collapse*, energy rationing, out of fuel,
 without electricity, no electricity, power blackout*, outages, without water power, without power and water,
 energy emergency, grid emergency, power grid collapse*, ration electricity, ration gas, rationing gas,
 rationing fuel, water and power cuts, electricity deficit, energy deficit, отключен* электро*, отключен* света,
 без света, без электричества, блэкаут, перебои с электр*, аварийн* отключен*, відключення електро*, без світла,
 без електро*, блекаут, 停电, 停電, 限电, 限電, 拉闸限电, apagon, apagones, corte de luz, cortes de luz, cortes electricos,
 crisis energetica, sin luz, sin electricidad, apagao, queda de energia, falta de energia, sem luz,
 crise energetica, انقطاع الكهرباء, انقطاع التيار, قطع الكهرباء, قطع برق, قطعي برق, خاموشی, stromausfall*,
 coupure de courant, coupures d'electricite, power cuts, rolling blackouts, grid down, lights out,
 plunged into darkness, in the dark, electricity rationed, electricity crunch, power grid failure,
 power generation shortfall, blackout hits

grid: power grid*, electric grid, electricity grid, energy grid, the grid, power supply, power supplies,
 electricity supply, electricity supplies, energy supply, energy supplies, power use, power demand,
 electricity demand, energy demand, gas supplies, gas supply, coal power plant*, power plants, power plant,
 fuel supplies, energy supplier, diesel, solar power, power lines, energy industry, electricity, fuel, petrol,
 energy

strain: strain*, cripple*, fail*, collapse*, trip*, struggl*, can't handle, record, shortage*, cuts off,
 cut off, cut, chok*, halt*, run out, runs out, runs low, running out, runs dry, knock*, disrupt*, attack*,
 ration*, crisis, crunch, precarious, blackout*, outage*, emergency, shut*, damage*, bailing out, rescue,
 deficit, fire up, brink, grinding to a halt, sever*, unplug*, overload*, strains

protest: protest, protests, protesting, protested, protester*, protestor*, demonstrators, demonstrator,
 mass demonstration*, demonstrations, took to the streets, take to the streets, taking to the streets,
 street protest*, riot, riots, rioting, rioters, uprising, uprisings, revolt, revolts, unrest, civil unrest,
 civil disobedience, freedom convoy, trucker convoy, truckers, convoy protest*, blockade*, mass rally,
 mass rallies, anti government, insurrection, rebellion, looting, looters, picket*, протест*, митинг*,
 беспоряд*, восстан*, мятеж*, демонстрац*, майдан, заворушен*, повстан*, 抗议*, 抗议, 示威, 骚乱, 暴动, 抗議, 騷亂, 暴動,
 protesta, protestas, disturbios, manifestaciones, manifestantes, revuelta*, estallido social, protesto*,
 protestos, manifestac*, manifestante*, tumulto*, revolta*, احتجاج*, مظاهر*, اعتراض*, تظاهرات, شورش,
 protestatar*, proteste, protesten, betogers, rivolta, manifestation*, emeute*, unruhen, crackdown on dissent,
 dissent, sit in, occupy, civil war, general strike, marchers, protest movement, anti regime, rallies against,
 demonstrating

coup: coup, coups, coup attempt, attempted coup, coup d'etat, martial law, state of emergency, junta,
 military takeover, mutiny, curfew, overthrow*, cabinet resigns, government resigns, officials resign,
 officials resigned, cabinet resigned, government resigned, declares emergency, emergency rule, seize* power,
 чрезвычайн* положен*, военн* положен*, комендантск* час, переворот*, надзвичайн* стан, воєнн* стан, 紧急状态, 緊急狀態,
 戒严, 政变, 政變, estado de emergencia, estado de excepcion, toque de queda, golpe de estado, ley marcial,
 estado de sitio, lei marcial, toque de recolher, حاله الطوارئ, الطوارئ, انقلاب, وضعيت اضطراري, حكومت نظامي,
 stare de urgenta, stato di emergenza, etat d'urgence, noodtoestand, ausnahmezustand, استقاله حكومه,
 отставк* правительств*

riotous: clash*, tear gas, water cannon, open fire, opens fire, opened fire, live ammunition, live rounds,
 killed, kills, kill, dead, deadly, deaths, injur*, wounded, violent, violence, violently, arrests, arrested,
 break into, breaks into, broke into, storm, storms, stormed, torch*, burn*, burnt, ablaze, loot*, crackdown,
 rubber bullets, riot police, police, troops, security forces, army, military, quell, crush*, fatalities,
 besieg*, rams into, shoot, shot, shooting

manypeople: thousands, tens of thousands, hundreds of thousands, hundreds, mass, massive, nationwide, erupt*,
 breaks out, break out, broke out, spread*, sweep*, block roads, blocks roads, block streets, block the,
 blocks the, block, blocking, blocked, rock, rocks, rocked, grip*, across, amid, days of, engulf*, sparks,
 sparked, spark, grows, grow, widespread, roil*, descends on, descend on, escalat*, capital, shut down,
 anti lockdown, lockdown, restrictions, dictatorship, regime, government, president, parliament, farm laws,
 new laws, mandate, mandates, bridge, crossing, occupation, prices, against

smallprotest: student*, school, teacher*, employees, workers, staff, fans, netflix, nurses, supreme court,
 abortion, roe, kavanaugh, walk out, walkout, boycott*, vaccine, mask, book ban, drag, statue, peng shuai,
 festival, concert, museum, painting, climate activist*, officer, gop, democrats, republican*, scotus,
 fundraising, capitol, trump

war: war, wars, warfare, invasion, invasions, incursion, incursions, military, army, armies, troops, soldier,
 soldiers, armed forces, missile, missiles, rocket attack*, rockets, airstrike*, air strike*, air raid*,
 air force, shelling, shelled, bombing, bombed, bombs, bombard*, drone strike*, drone attack*, kamikaze, drones,
 drone, artillery, howitzer*, himars, mlrs, ammunition, ammo, warship*, warplane*, fighter jet*, jets, f 16,
 f 35, f 35s, navy, naval, submarine*, battalion*, brigade, paratrooper*, infantry, tanks, tank, battlefield,
 front line*, frontline, counteroffensive, counterattack*, offensive, occupied, occupation, occupier*, annex*,
 ceasefire, cease fire, truce, peace talks, nuclear strike, nuclear war, nuclear attack, nuclear weapon*,
 warhead*, nuclear threat*, mobilization, mobilisation, mercenar*, wagner, guerrilla*, partisans, insurgent*,
 militants, militia*, rebels, separatist*, nato, pentagon, weapons, weaponry, arms, military aid, air defense*,
 air defence*, airspace, war crime*, war crimes, mass grave*, genocide, prisoners of war, pows, hostilities,
 combat, escalation, invader*, armored, armoured, munition*, minefield*, demin*, saboteur*, sabotage,
 war drills, military drill*, military exercise*, naval exercise*, war games, live fire, drills, buildup,
 build up, no fly zone, blockade, occupying, liberated, evacuat*, embassy, defence minister, defense minister,
 defence ministry, defense ministry, ministry of defence, ministry of defense, defence chief, defence secretary,
 defense chief, military intelligence, secretary of defense, army chief, general staff, snake island, oil depot,
 anti tank, anti aircraft, stinger*, javelin*, bayraktar*, patriot missile*, leopard*, doomsday, russian losses,
 orc, orcs, shot down, войн*, вторжен*, наступлен*, ракет*, обстрел*, удар*, военн*, арми*, дрон*, беспилотник*,
 війн*, вторгн*, наступ*, обстріл*, військ*, 战争, 戰爭, 入侵, 导弹, 導彈, 空袭, 空襲, 军队, 炮击, guerra, misil*, bombardeo*,
 ejercito, invasao, missil, misseis, bombardeio*, exercito, حرب, غزو, صاروخ*, قصف, جنگ, موشك*, حمله, krieg,
 guerre, military base*, airborne, serviceman, servicemen, commander, commanders, war footing, troop,
 reinforcements, reservists, conscript*, conscription, draft dodgers, rocket, caesar howitzers, panzerhaubitze,
 m270, nasams, sa 8, howitzers, shells, jet, helicopter, airfield, bombers, bomber, icbm, ballistic, hypersonic,
 test fire*, live thread, invading, invade, invaded, invades, martial, armed, warlord*, jihadist*,
 terrorist group, al qaeda, boko haram, shabaab, al shabaab, explosives, car bomb, sniper*, ground forces,
 russian forces, ukrainian forces, forces, fleet, black sea fleet, depot*, depots, enriches, centrifuges,
 nuclear deal, displaced, uranium, iaea, refugees, fled fighting, hostage*, terrorist*, terrorism,
 ethnic cleansing, airlift, warring, border clashes, tribal clashes, paramilitar*, rsf, peacekeep*,
 no man's land, stray missile, intercontinental, test launch, satellite launch

attack: attack, attacks, attacked, attacking, strike, strikes, struck, hit, hits, hitting, destroy, destroys,
 destroyed, destroying, captur*, seize, seizes, seized, kill, kills, killed, killing, bomb, bombs, bombed,
 bombing, shell, shells, shelled, shelling, launch, launches, launched, fire, fires, fired, explod*, explosion*,
 blast, blasts, invade, invades, invaded, invading, shot down, shoots down, shoot down, downed, downs, downing,
 down, raid, raids, raided, ambush*, eliminat*, recaptur*, retak*, retreat*, withdraw*, withdrew, advance*,
 encircl*, siege, besieged, bombard*, blow up, blows up, blowing up, blown, take out, takes out, ablaze,
 cross border, crossed, enter*, scrambl*, intercept*, violate*, violated, clash*, fighting, battle*, deploy*,
 amass*, mass, massing, move, moves, gathering, surround*, annex*, lost, casualties, massacre*, wiped, wiping,
 ploughs, plows, rammed, sunk, sinks, liberat*, dropped, completely under, repel*, kidnap*, abduct*, explosions,
 recapture, hold, holds, derail*, burst, clash, clashes

warcorner: ukraine, ukrainian, ukrainians, donbas, donbass, crimea, kherson, mariupol, severodonetsk,
 sievierodonetsk, taiwan, taiwan strait, gaza, west bank, tigray, nagorno karabakh, syria, yemen, houthi*,
 hezbollah, hamas, isis, islamic state, taliban, kashmir, black sea, south china sea, luhansk, donetsk,
 melitopol, zaporizhzhia, kharkiv, kyiv, kiev, odesa, odessa, bakhmut, lysychansk, snake island, kaliningrad,
 украин*, україн*, донбас*, крым*, 台湾, 乌克兰, mozyr, azov, azovstal, zmiinyi, irpin, bucha, kremenchuk, mykolaiv,
 chernihiv, kramatorsk, enerhodar, golan, rafah, lebanon border, south ossetia, abkhazia, transnistria, artsakh,
 karabakh

kremlinist: russia, russian, russians, putin, moscow, kremlin, nato, рф, россии, росси*

sport: football, soccer, fifa, uefa, olympic*, olympics, tennis, cricket, rugby, nfl, nba, grand prix,
 formula 1, world cup, championship*, tournament*, wimbledon, basketball, hockey, athlete*, playoff*, striker,
 qualifier*, wnba, goalkeeper, midfielder, eurovision

sanction: sanction, sanctions, sanctioned, sanctioning, embargo, embargoes, embargoed, asset freeze*,
 freeze assets, frozen assets, freezes assets, freeze the assets, assets frozen, blacklist, blacklists,
 blacklisted, blacklisting, entity list, ofac, trade ban, import ban*, export ban*, export curb*,
 export control*, import curbs, bans imports, ban imports, banning imports, ban on imports, bans exports,
 ban exports, ban on exports, halts import*, oil ban, gas ban, price cap, swift ban, from swift, swift system,
 transit ban, sponsor of terror, sponsor of terrorism, state sponsor of terror, state sponsor of terrorism,
 seizure of russian assets, oligarch*, superyacht*, economic punishment, economic penalties, economic measures,
 bans russian, nord stream 2, limits exports, limit exports, export limits, restricts exports, curbs exports,
 exports to russia, suspends operations in russia, asset seizure*, russian default, frozen russian,
 russian assets, blocked russian, санкци*, эмбарго, санкці*, 制裁, 禁运, 禁運, sancion, sanciones, sanciona, sancoes,
 sancao, bloqueio de bens, عقوبات, تحريم*, sanktionen, sanzioni, حظر, trade restrictions, import restrictions,
 export restrictions, transit restrictions, ban on chinese, ban on russian, huawei ban, ban huawei

seize: seize, seizes, seized, seizing, seizure, confiscat*, freez*, froze, frozen, impound*, detain*, hand over,
 handed

oligarch: oligarch*, superyacht*, yacht, yachts, assets, aircraft, properties, villa, plane, airliner, freight,
 railway

crypto: crypto, cryptos, cryptocurrenc*, cryptocurency, crypto currenc*, cryptoasset*, crypto asset*,
 digital asset*, virtual currenc*, virtual asset*, digital currenc*, digital coin*, digital token*,
 crypto platform, cryptoverse, decentralised finance, decentralized finance, memecoin*, altcoin*, stablecoin*,
 token holders, cryptofinance, digital money, cbdc, cbdcs, крипт*, стейблкоин*, 加密货币, 加密貨幣, 虚拟货币, 虛擬貨幣, 数字货币,
 数字资产, criptomoneda*, criptoactivo*, criptomoeda*, criptoativo*, cripto, العملات المشفره, العملات الرقميه,
 العملات الافتراضيه, عمله مشفره, رمزارز*, ارز ديجيتال, كريبتو, kryptowaehrung*, kryptowahrung*, cryptomonnaie*,
 criptovalut*, digital assets, digital asset

coin: bitcoin, bitcoins, btc, ether, ethereum, ^^eth, dogecoin, cardano, solana, litecoin, xrp, ^ripple,
 shiba inu, altcoin, altcoins, memecoin*, monero, binance coin, bnb, polkadot, terrausd, ^terra, ^luna, ^tether,
 usdt, usdc, usd coin, stablecoin, stablecoins, bitcoin cash, ^tron, toncoin, avalanche avax, chainlink, ^^dai,
 busd, биткоин*, биткойн*, эфириум*, біткоін*, біткойн*, 比特币, 比特幣, 以太坊, 以太币, بيتكوين, البيتكوين, بيت كوين,
 البتكوين, ايثريوم, بیت‌کوین, بيتكوين*, اتريوم

stable: stablecoin, stablecoins, terrausd, ^tether, usdc, usdt, usd coin, ^^dai, busd, ^^ust

depeg: depeg*, de peg*, loses peg, lost its peg, loses its peg, lost peg, below peg, dollar peg, breaks peg,
 break the buck, below dollar, off its peg, peg

platform: binance, coinbase, ftx, ^celsius, ^voyager, three arrows, 3 ac, ^genesis, ^kraken, bitfinex, bitmex,
 kucoin, ^gemini, blockfi, mt gox, bitstamp, okx, okex, huobi, bybit, upbit, bithumb, crypto com, luno, zipmex,
 vauld, poly network, ^wormhole, ^ronin, axie infinity, cream finance, ^badger, ^nomad, mango markets,
 wintermute, quadriga*, cryptopia, ^liquid, qubit finance, uniswap, curve finance, alameda, bankman fried,
 terraform, babel finance, hodlnaut, do kwon, celsius network, nexo, robinhood crypto, silvergate, bitmart,
 opensea, bitconnect, tornado cash, paxos, bitget, gate io, digital currency group, dcg, grayscale, nydig,
 defi platform*, crypto platform*, crypto exchange*, cryptocurrency exchange*, cryptocurency exchange,
 bitcoin exchange*, crypto lender*, crypto broker*, crypto hedge fund*, crypto firm*, crypto company,
 crypto companies, crypto bank*, cryptocurrency platform*, cryptocurrency firm*, cryptocurrency lender*,
 cryptocurrency compan*, web3 project*, web3 crypto project, cross chain bridge, crypto bridge,
 blockchain bridge, nft platform, crypto project*, crypto wallet*, crypto custod*, digital asset exchange*,
 virtual currency exchange*, криптобирж*, криптовалютн* бирж*, 加密货币交易所, 加密貨幣交易所, casa de cambio de cripto*,
 corretora de cripto*, crypto fund, crypto funds

exnoun: exchange, exchanges, lender, lenders, lending, broker, platform, platforms, bridge, protocol,
 hedge fund, fund, wallet, wallets, firm, firms, company, project, network, custodian, mixer, mixers, accounts,
 hacker, hackers

hack: hacked, stolen, steal, steals, stealing, stole, heist, heists, exploit, exploited, exploiter, exploits,
 pilfer*, drain*, theft, thieves, compromis*, rug pull, взлом*, хакер*, украл*, похит*, 被盗, 黑客, hackeo*,
 hackead*, robo, robaron, hackeada, roubo, roubad*, اختراق, سرقه, هك, злам*, breached, hack, hacks, hacker,
 hackers, security breach, millions stolen

fail: halt*, suspend*, suspends, freez*, froze, pauses, paused, stops, withdrawals, withdrawal, redemptions,
 bankrupt*, insolv*, collaps*, default, defaults, defaulted, liquidat*, administration, fallout, meltdown,
 crash, contagion, run on, lay off, lays off, laid off, layoffs, job cuts, cuts jobs, slashes, winding down,
 wind down, wound up, shut down, shuts down, shutting down, rescue, bailout, bail out, chapter 11, creditor*,
 margin call*, default notice, restructur*, shortfall, hole, receivership, provisional liquidat*,
 exploring options, cease operations, exits, in trouble, on the brink, owes, stops withdrawals, банкрот*,
 обанкрот*, приостанов*, 破产, 暂停提款, quiebra, bancarrota, suspende, falencia, recuperacao judicial, افلاس, تعليق,
 in turmoil, lowers withdrawal, lowers daily, withdrawal limits, missing assets, missing funds, exits as,
 freeze withdrawals, in crisis, liquidity crisis

returned: return, returns, returned, give back, gives back, release*, resum*, recover*, refund*, reimburse*,
 reward, bounty, reopen*

mine: mining, miner, miners, cryptomining, cryptominer*, cryptomine*, mine bitcoin, mine bitcoins,
 mine cryptocurrenc*, mine crypto, proof of work, mining rig*, mining rigs, mining farm*, mining machine*,
 antminer, bitmain, bitcoin mine, bitcoin mines, crypto mine, crypto mines, mining hardware, майнинг*, майнер*,
 маинингу, маинингом, маинінг*, маинінгу, 挖矿, 挖礦, 矿工, 矿机, 礦機, 矿场, minero*, mineria, minera*, mineracao,
 mineradora*, minerador*, تعدين, التعدين, استخراج, ماينر*, استخراج رمزارز*

cryptomine: crypto mining, cryptomining, crypto miner*, cryptominer*, bitcoin mining, bitcoin miner*,
 cryptocurrency mining, cryptocurrency miner*, ethereum mining, ether mining, crypto currency mining,
 crypto mine*, bitcoin mine, bitcoin mines, mining bitcoin, mine bitcoin, mine bitcoins, mine cryptocurrenc*,
 mining of cryptocurrenc*, mining of bitcoin, miners of bitcoin, digital currency mining,
 cryptocurrency computer miners, illegal miners of crypto*, marathon digital, riot blockchain, core scientific,
 argo blockchain, greenidge, bitfarms, hut 8, cleanspark, stronghold digital, compute north, bitriver, bitmain,
 майнинг* криптовалют*, майнинг* биткоин*, криптомайн*, майнинг*, майнер*, майнінг*, 挖矿, 挖礦, 比特币矿, 矿工, 矿机,
 虚拟货币挖矿, mineria de bitcoin, mineria de criptomonedas, mineros de bitcoin, mineros de criptomonedas,
 mineracao de bitcoin, mineracao de criptomoedas, mineradores de bitcoin, mineradoras de bitcoin,
 تعدين البيتكوين, تعدين العملات*, معدنو البيتكوين, استخراج رمزارز*, استخراج بيت كوين, استخراج بيتكوين, ماينر*

hash: hash rate, hash rates, hashrate, hashrates, hashing power, hash power, hashpower, mining power,
 network power, network computing power, bitcoin network power, global computing power,
 computing power of the bitcoin network, processing power of the bitcoin, production power,
 bitcoin production power, mining difficulty, network difficulty, bitcoin difficulty, хешрейт*, хэшрейт*,
 хашрейт*, гешрейт*, сложност* майнинг*, сложност* добычи, 哈希率, 算力, 挖矿难度, tasa de hash, tasa de hashrate,
 poder de hash, taxa de hash, poder computacional del bitcoin, dificultad de mineria, dificuldade de mineracao,
 معدل الهاش, معدل هاش, الهاش ريت, هش ريت, هشريت, نرخ هش, قدره الهاش, taux de hachage

fall: fall, falls, fell, fallen, falling, drop, drops, dropped, dropping, slump, slumps, slumped, slumping,
 plunge, plunges, plunged, plunging, plummet*, tumble, tumbles, tumbled, tumbling, sink, sinks, sank, sinking,
 slide, slides, slid, sliding, slip, slips, slipped, slipping, dip, dips, dipped, dive, dives, dived, dove,
 crash, crashes, crashed, crashing, decline, declines, declined, declining, nosedive*, tank, tanks, tanked,
 collapse, collapses, collapsed, crater*, sag, sags, skid, skids, dump, dumps, halved, halves, wipe*, losses,
 retreat, retreats, weaken*, ebb*, shed, sheds, tumble*, haemorrhage*, hemorrhage*, rout, sell off, selloff,
 sells off, sold off, meltdown, bloodbath, capitulat*, knocks down, knocked, took a hit, battered, bruise*,
 bruised, stumble*, wobble*, disappear*, evaporat*, shrink*, shrank, loss of, nearly halves, wilt*, swoon*,
 упал*, падает, падени*, обвал*, обрушил*, рухнул*, снизил*, снижен*, снижает*, потерял*, просел*, просад*,
 впав, впал*, падає, падінн*, знизил*, знизив*, 下跌, 暴跌, 下降, 大跌, 跌破, 跌至, 骤降, 驟降, 崩盘, cae, caen, cayo, caida,
 caidas, cayeron, desplom*, baja, bajo, hunde*, cai, caiu, cairam, despenca*, despencou, desaba*, recua*,
 recuou, perde, perdeu, ينخفض, انخفض, انخفاض, تراجع, يتراجع, هبوط, هبط, يهبط, انهيار, تهاوي, سقوط, كاهش, ريزش,
 افت, scende, crollo, crolla, chute, einbruch, sinkt, tombe, is down, was down, down over, down more than,
 down from, still down, lost, loses, loses ground, extends losses, down by, lower, gone, slashed, in turmoil

rise: rise, rises, rose, risen, rising, surge, surges, surged, surging, jump, jumps, jumped, jumping, soar,
 soars, soared, soaring, climb, climbs, climbed, climbing, rallies, rallied, rallying, gain, gains, gained,
 leap, leaps, leapt, tops, topped, topping, recover, recovers, recovered, advance, advances, advanced, firmed,
 firmer, higher, rocket, rockets, rocketed, skyrocket*, pop, pops, popped, back above, back over, reclaim*,
 broke above, trims losses, reverses losses, buoyant, doubles, doubled, bounce back, rises above, record high,
 all time high, new high, вырос*, растет, растёт, рост, подорожал*, обновил*, зріс, зросл*, зростан*, 上涨, 暴涨,
 突破, 反弹, 大涨, sube, suben, subio, alza, dispara*, repunta*, sobe, subiu, alta, disparou, salta, يرتفع, ارتفع,
 ارتفاع, صعود, يصعد, قفز, افزايش, رشد, steigt, sale, monte, hausse, firms, hits record, hit record,
 hits highest, hits all time, hit all time, boosts, rally, rebounds, bounces, bounced, spikes, spiked,
 pops above, nears record, hits high, last up, up over, up more than, trades up, is up, was up, past $,
 outperform*

moved: hovers, hover, holds, struggles, struggle, steady, stuck, choppy, stalls, nurse, nurses, licks, lick,
 under pressure, footing, licks wounds, treads water, attempt recovery, attempts recovery, charts recovery,
 range bound

record: record high*, record highs, all time high*, all time highs, record peak*, record peaks, fresh record,
 new record, lowest, highest, month low*, month high*, months low*, week low*, week high*, week peak,
 month lows, year low, year high, new low, lowest level, multi month, bear market, bull market, all time low,
 历史新高, 新低, minimo, maximo historico, maxima historica, максимум*, минимум*

heavy: plunge*, plummet*, crash*, tumbl*, nosediv*, meltdown, bloodbath, collaps*, rout, sell off, selloff,
 haemorrhag*, hemorrhag*, slump*, soar*, surge*, skyrocket*, rocket*, crater*, slash*, wipe*, halved, wild,
 on the ropes, sink*, sank, brutal, 暴跌, 暴涨, обвал*, рухнул*, desplom*, despenc*, dispar*, انهيار, تهاوي,
 in turmoil

pricenoun: price, prices, value, worth, market, markets, holdings, цена, цены, курс, стоимост*, ціна, 价格,
 precio, precios, valor, preco, precos, سعر, اسعار, قيمه, قيمت, stocks, losses, gains, winter, rout, shares,
 stock, trading, investors, bulls, bears, market value, market cap

crystal: forecast*, predict*, sees, outlook, could hit, target, bet, bets, hopes, headwinds, bullish, bearish,
 bubble, bottom, bottoming, hedge, dominance, volatility, volatile, inflows, outflows, inflow, outflow, volumes,
 long bets, net long, short sellers, worthless, outpace, rookie, bump, bumpy, winter, reserve currency, premium,
 allure, haven, frenzy, craze, risk, risks, worry, worries, investment products, cautious, whales, hodl*,
 holders, short selling, inflow*, outflow*, predicts, inflation hedge, correlation, gold, outpac*,
 store of value, to compete with

biz: launch*, acquir*, acquisition, stake, funding, valued, valuation, raises, raised, ipo, spac, to list,
 listing, partner*, hires, appoints, names, taps, invests, expand*, rolls out, roll out, profit, revenue,
 earnings, quarterly, results, debut, merger, merge, unveils, introduces, marketplace, auction, accept, accepts,
 accepting, payments, payment, paycheck, card, cards, startup, start up, venture, joins, pilot, pilots, lets,
 collection, beauty pageant, outfit, hiring, slows hiring

etf: etf, etfs, exchange traded fund*, exchange traded product*, bitcoin trust, bitcoin trusts, bitcoin fund,
 bitcoin funds

authority: ^^sec, cftc, federal reserve, ^fed, treasury, ^^irs, ^^doj, justice department, justice dept,
 dept of justice, department of justice, finra, fincen, central bank, central banks, cbank, bank of england,
 boe, ecb, boj, pboc, rbi, sebi, ^^fca, ^^mas, monetary authority, regulator, regulators, regulatory, watchdog,
 watchdogs, lawmaker, lawmakers, senate, senator, senators, parliament, congress, legislature, government, govt,
 ministers, minister, ministry, court, courts, judge, prosecutor, prosecutors, police, authorities, authority,
 tax authority, imf, financial stability board, basel, g20, g7, fatf, european commission, iosco, world bank,
 attorney, ^feds, fbi, supreme court, justices, officials, state department, commission, cabinet, mayor,
 governor, jury, finmin, finance ministry, finance minister, deputy attorney, nydfs, bafin, finma, ^^asic,
 austrac, home affairs, commerce dept, capital rules, wall street watchdog, davos, цб, центробанк*, банк россии,
 правительств*, госдум*, минфин*, суд, нбу, уряд, рада, 央行, 监管, 政府, 法院, gobierno, banco central, congreso,
 tribunal, governo, senado, camara, receita federal, الحكومه, البنك المركزي, المركزي, بانك مركزي, دولت, مجلس

authoritystrict: ^^sec, cftc, finra, fincen, central bank, central banks, bank of england, boe, ecb, pboc, rbi,
 sebi, ^^fca, monetary authority, regulator, regulators, regulatory, watchdog, watchdogs, lawmakers, senate,
 parliament, congress, legislature, financial stability board, basel, fatf, european commission, iosco,
 finance ministry, securities commission, bafin, finma, ^^asic, austrac, nydfs, ^^doj, justice department,
 ^^irs, treasury

rule: ban, bans, banned, banning, bar, bars, outlaw*, prohibit*, restrict*, regulate, regulates, regulated,
 regulating, regulation, regulations, law, laws, bill, bills, legislation, rule, rules, licence*, license*,
 licensing, registration, register, registered, tax, taxes, taxation, crackdown, crackdowns, cracks down,
 crack down, cracking down, clamps down, clamp down, clampdown, clamping down, rein in, reins in, tighten*,
 approv*, reject*, legal tender, legalise*, legalize*, legalis*, legaliz*, legitimi*, oversight, framework,
 guidance, guidelines, green light, greenlight*, curb, curbs, safeguards, official currency, delist*, comply,
 compliance, executive order, directive, travel rule, restricts, delays decision, veto*, securities,
 digital currenc*, запрет*, запрещ*, легализ*, регулиров*, закон*, заборон*, легаліз*, 禁止, 打击, 监管, 整治, 取缔, 清退,
 prohib*, regula*, ley, proib*, lei, حظر, قانون, ممنوع*, تحريم, تنظيم, حظرت, delays, draw up rules, approach,
 crackdown*, warn against, root out, delay, shut down exchanges, withdraw permission, barred, 关停, 叫停, 关闭

enforce: probe, probes, probing, investigat*, subpoena*, sue, sues, sued, suing, lawsuit, charge, charges,
 charged, indict*, arrest, arrests, arrested, convict*, guilty, plea, plead*, sentenc*, fine, fined, fines,
 penalty, penalties, settle, settles, settlement, seize, seizes, seized, seizure, extradit*, launder*, fraud,
 cease and desist, detain*, detained, custody, bail, jailed, jail, trial, testify, forfeit*, accuse, accuses,
 accused, bust, ponzi, enforcement, crime, арест*, задерж*, обвин*, 逮捕, 起诉, detenid*, arrest*, preso, prende,
 اعتقال, cases, case, money launderer, seizing, recover, class action, testimony, hearing, sentenced,
 prosecutors, not guilty

legaltender: legal tender, official currency, as currency, bitcoin law, bitcoin adoption, bitcoin bond*,
 bitcoin city, bitcoin experiment, bitcoin rollout, bitcoin push, bitcoin plan, bitcoin move, bitcoin wallet,
 bitcoin holdings, bitcoin bet, curso legal, moneda oficial, законн* платежн*, 法定货币

cbdc: cbdc, cbdcs, digital currency, digital currencies, digital yuan, digital rouble, digital ruble,
 digital euro, digital dollar, digital pound, digital rupee, enaira, e naira, digital renminbi

capital: capital controls, capital control, currency controls, foreign exchange controls, withdrawal limits,
 bank withdrawals

quake: earthquake*, quake, quakes, tsunami*, aftershock*, terremoto*, sismo, землетряс*, землетрус*, 地震, زلزال,
 زلزله

storm: hurricane*, typhoon*, cyclone*, tornado*, snowstorm*, blizzard*, bomb cyclone, bombogenesis,
 winter storm*, tropical storm*, ice storm, superstorm*, ураган*, 台风, huracan*, furacao, اعصار, flood, floods,
 flooding, floodwater*, inundacion*, наводнен*, 洪水, 暴雨, wildfire*, bushfire*, forest fire*, volcanic eruption*,
 volcano erupts, eruption, volcano, heatwave*, heat wave*, landslide*, mudslide*, drought, rainfall, deepfreeze,
 deep freeze, polar vortex, rainstorm*, extreme weather, avalanche

havoc: hit, hits, strike, strikes, struck, shake*, kill*, dead, death*, devastat*, batter*, slam*, destroy*,
 evacuat*, rage*, raging, magnitude, swamp*, displace*, erupt*, sweep*, emergency, disaster, hunker*, damage*,
 victims, toll, trap*, cut off, stranded, heaviest, worst, disrupt*, lashes, rips through, tears through,
 ravag*, disrupts, forces, warning, threaten*, declared, declarations, severe, rises, homeless

malware: malware, ransomware, botnet*, trojan*, phishing, npm, cryptojack*, vulnerabilit*, zero day, payload*,
 patched, spyware, backdoor*, kubernetes, docker, log4j, cybercriminals, cyber criminals, ddos, wiper, scammers,
 nas devices, play store, google play, firmware, antivirus, infected, data breach, hijacks, browser extension,
 vulnerabilities

market: dollar, euro, yen, sterling, pound, yuan, stocks, shares, equities, wall street, wall st, nasdaq,
 s p 500, s p, dow, nikkei, stoxx, gold, oil, crude, futures, treasuries, yields, bonds, currencies,
 antipodeans, aussie, fx, stock indexes, indexes, asian shares, european shares, world shares, global stocks,
 greenback, forex

marketlead: live markets, marketmind, morning bid, take five, trading day, deals of the day, capital calls,
 breakingviews, factors to watch, day ahead, global markets

infinitive: to ban, to restrict, to tighten, to regulate, to impose, to sanction, to limit, to curb, to block,
 to cut, to require, to outlaw, to crack, to target, to seek, to propose, to announce, to introduce, to tax,
 to license, to adopt, to launch, to invade, to attack, to strike, to deploy, to send, to wind, to halt,
 to suspend, to become, to make, to legalise, to legalize, to allow, to seize, to prohibit, to rein, to have,
 to take, plans law

denyword: denies, deny, denying, no plans, rules out, ruled out, not imminent, dismisses, dismissed,
 rejects claims, refutes, no intention, will not, won't, not planning, opposed to, no evidence of, not true,
 not ban, refuses to, отриц*, опроверг*, не планиру*, заперечу*, спростув*, 否认, 否認, niega, nega, desmiente,
 desmente, ينفي, تكذيب, denied reports, denied that

commentlead: explainer, analysis, factbox, column, opinion, cryptoverse, the cryptoverse, timeline, q a,
 yearender, breakingviews, capital calls, take five, special report, insight, commentary, editorial, podcast,
 explained, wrapup, 5 questions, opinion:, q&a, year in review, what to know

commentword: explained, explains, analysts, analyst, research shows, study, survey, poll, data shows,
 report finds, lessons, history, anniversary, years of, decades, here's why, what it means, what to know,
 everything you need, opinion, research, researchers, statistics, coinshares, fitch, moody's, s p global,
 jpmorgan, goldman, share of, says report, so far this year, in 2021, year end, top picks, looks at, story of,
 documentary, experts say, expert says, data show, looks back, dreamt, tax tips, tips, rethink,
 winners and losers, legacy, lessons from, in charts, statistics show, sees, year high so far, hub, wild west,
 demise, hype, residents, fret, wary, families, migrant, tourists, fans, embrace, boom, greener, go green,
 fossil, going away, energy use, carbon neutral

nowar: gdp, recession, covid, vaccine, vaccination, omicron, coronavirus, climate, election, elections,
 inflation, mcdonald's, movie, music, propaganda, gay, lgbt*, pride, journalist, oscars, tourist*, tourists,
 football, abortion

blocked: blocked, banned, restricted, restricts, unavailable, inaccessible, throttled, blackout, censored,
 cut off, shut down, blocking, offline, outage, outages, blackouts, is blocked, bans

lawful: judge, judges, court, courts, lawsuit, law, bill, account, accounts, campaign, hacking, hackers,
 user data, users' data, privacy, disinformation, misinformation, deplatform*, censorship law, antitrust,
 advertis*, donald trump, trump, evades

tension: tension, tensions, crisis, standoff, stand off, red line, red lines, escalat*, threat, threats,
 threaten*, nuclear, aggression, aggressive, provocation*, provoke*, collusion, expansion, retaliat*,
 sphere of influence, peace, territory, territorial, territories, diplomacy, envoy, negotiat*, deport*,
 captive*, resistance, losses, victory, win, defeat*, losing, brace, border, disputed, dispute, coast guard,
 remilitari*, defence, defense, security demands, airfield, sovereignty, independence, expel*, drones, bridge,
 invad*, mobili*, sabotage, spy, reclaim, surrender*, atrocit*, barbarism, cruelty, terrorist state,
 state terrorism, kidnap*, abduct*, wounded, general, major general, lieutenant, lieutenant colonel, colonel,
 officers, propagandist*, regime, blackmail, grain, blockade, ambitions, ultimatum, warship, exercises, drills,
 catastrophic, frontier, evacuat*, foreign legion, captured, prisoners, destroyed, bombed, battle*, supplying,
 supplies, supply, deliver*, arms, recogni*

verse: cryptoverse, crypto winter

rulesoft: move, moves, policing, police, protect, protections, scrutiny, target, targets, standard, standards,
 plan, plans, decision, permission, adopts, adopt, adoption, warn, warns, warning, warnings, cautions, rebuke*,
 freeze*, frozen, limit, limits, blocks, block, blocked, requires, require, requirement*, mandate, prospective,
 adopting, risk, risks, role, cooperate, swift action, clarity, safe, reserve currency, opposed, hub, pressure,
 push

trouble: losses, hidden loans, loans, scrutiny, probe, support, industry, bankruptcy, rescue, funds, customers,
 investors, turmoil, workforce, employees, hacker*, returned, laid, troubled, embattled, owed, empire, meltdown,
 reserves, outflows, fallout

supply: send, sends, sent, sending, deliver*, supply*, supplies, supplying, pledge*, transfer*, hand over,
 handed over, military aid, package, arrives, arrive, receive*, donate*, shipment*, purchase*, approves sale,
 to arm, aid, provide*, equipment, arsenal

say: say, says, said, tells, told, claims, claim, condemn*, slams, blasts, mocks, rebukes, believes, insists,
 lauds, hails, brands, labels, calls for, urges, argues, defends, fears, accuses, decry, decries, admits,
 thinks, must be, must, should, ought, must not, backs, supports, denounces, denounced, blames, rejects, probe,
 faces, urged, recommends, praises, obligation, never, weighs in, says he, according to, predicts, estimates,
 claims that, think, wins hearts, testify, reveals, wants

menace: warn, warns, warned, warning, warnings, threat, threats, threaten*, threatens, fear, fears, risk, risks,
 looms, looming, imminent, brink, mulls, mull, weigh, weighs, weighing, consider, considers, considering,
 propose*, proposal*, proposes, planning, may, might, could, if, prepare, prepares, preparing, prepared, poised,
 readies, ready, seek, seeks, eyes, eyeing, vow, vows, set to, draft, bill, calls for, calls on, urge, urges,
 possible, potential, plot*, plotted, amass*, massing, buildup, build up, near border, pretext, intent, demands,
 pledge, pledges, looks to, wants to, going full steam, approach, sketches out, sets out, working on, explore*,
 eyes, aims to, ponders, pressure builds, tougher, pushes for, calls to, on standby, standby, dares, coming to,
 forecast, deter, ready sanctions, punishment, red lines, plans to, plans for, plan to, planning to, plans law,
 expected to, likely to, highly likely, would ban, would impose, could be, plans raft, russian plans,
 plans nuclear

easing: restor*, lifted, lifts, resume, resumes, resumed, ends, ended, eases, eased, easing, withdraws,
 withdrew, withdrawn, pulls out, retreat, retreats, retreated, stabilis*, stabiliz*, back online, reopens,
 reopened, repeals, repeal, postponed, postpones, reverses losses, calm, calms, unfreez*, released, releasing,
 release, truce, ceasefire, moved away, back off, relocate, called off, unblock*, scraps, drops ban, returned,
 returns, return, returning, sends back, recovers, recovered, recover, lift ban, reward, repaid, reimburse*,
 cancels, cancelled, backs down, moved outside, move drills outside, cooling off, снял*, восстанов*, отменил*,
 відновл*, скасув*, 恢复, 解除, restablec*, restabelec*, levanta, استعاده, عوده, رفع, to end, deal to end,
 suspend protests, calls off, end of, end to

rebound: rebound*, bounce, bounces, bounced, bounce back, bounces back, recover, recovers, recovered, recovery,
 reclaim, reclaims, regain*, back above, back over, stabilis*, stabiliz*, steadies, steadied, reverses losses,
 claws back, snaps back, trims losses, pares losses, relief rally, climbs back, rallies after, off lows

still: continue*, still, persist*, extends, extended, extend, widens, widen, deepens, deepen, spreads, further,
 keeps, remains, remain, mounts, steps up, stepped up, stepping up, intensif*, expands, expanded, accelerat*,
 hunkered, grinding, delays, delayed, delay, scramble*, третьи сутки, триває, продолжа*, continua, sigue, 持续,
 second day, third day, fourth day, fifth day, sixth day, day two, day three, day 2, day 3, day 4, days of,
 weeks of, months of, for days, for weeks, for months, days after, weeks after, months after, days later,
 drags on, a week on, a month on, once again, another day

flows: inflow*, outflow*, net long, short sellers, volumes, coinshares, investment products, holdings data,
 derivatives volumes, short selling

modal: may, might, could, would, considers, considering, mulls, weighs, proposes, proposed, threatens, threat,
 plans to, plan to, if, warns, prepares to, prepares, ready to, set to, wants to, to cut, to shut, to block,
 to ban

buildup: near border, near ukraine, amass*, massing, troops mass, troop buildup, military buildup,
 build up of forces, build up, pretext, false flag, evacuat*, embassy, embassies, diplomatic staff,
 consular staff, leave ukraine, leaving ukraine, invasion plan*, plans to target, plans to attack,
 plans to invade, planning to invade, preparing to attack, preparing to invade, prepared for invasion,
 possible invasion, invasion fears, potential invasion, potential ukraine invasion, readies, naval blockade,
 military action, possible incursion, imminent attack, invade by, on high alert, full scale, mobilis*, mobiliz*,
 ukraine attack, ukraine war, attack ukraine, target ukraine capital, declares war, declaration of war

posture: violat*, scrambl*, deploy*, transits, transit, drills, exercise, exercises, test, tests, tested,
 test fires, enters service, equipment, missile test, sale, deal, deals, centrifuges, enriches, debris,
 satellite, satellites, officials, mayor, kidnap*, command, morale, propagandist*, outcry, thread, anniversary,
 visa

covid: covid, covid 19, coronavirus, omicron, pandemic, virus, vaccine, vaccines, vaccination, ebola, monkeypox

culprit: teen, teens, teenager, parents, man, woman, couple, brothers, charged, accused, alleged, sim swap,
 sim swaps, sim swapping, scammers, scammer, giveaway, atm, atms, extension

elsalvador: el salvador, salvador, salvadoran, salvadorans, bukele, nayib bukele

banword: ban, bans, prohibit*, restrict, restricts, tighten, tightens, outlaw*, ban on, blanket ban,
 legal tender, clamp down, crack down, crackdown

alltime: record high*, record highs, all time high*, all time highs, record peak*, record peaks, all time low,
 new record

courtroutine: plead*, guilty, sentenc*, trial, testimony, testify, plea, settle*, class action, sued by,
 investor, victim, bail, lawsuit, appeal*, spurns, delays, delay, delayed, no spot, so far, drop, tax, donating,
 turf war, hearing, reminder, reminds

layoffs: lays off, lay off, laid off, layoffs, job cuts, cuts jobs, slashes, exploring options, resigns,
 workforce

talk: pay the price, resigns, begins to pay, find, found, discovered, plunged, default, owns, economy, failure

claimdown: down, gone, lost, lose, loses, losing, lower, offline, knocked, wiped, reduced, reduces, reduction,
 disappear*, vanish*, cut, cuts, missing, halved, took out, taken out, loss, losses, minus, slashed, fell by,
 пропал*, لفقد, فقدت, فقد, 损失, 减少, perdio, perdieron, perdido, redujo, perdeu, reduziu, убыл*

claimup: up, higher, higher by, growth, increase*, added, plus, выше, больше, 增加, 增长, crecio, aumento, aumentou,
 cresceu

otherq: share, shares, stock, stocks, nasdaq, dollar, revenue, revenues, profit, profits, oil, gold, yields,
 dow, index, inflation, exports, imports, traffic, connectivity, volumes, volume, rouble, ruble, tenge, yuan,
 euro, production, output, gdp, economy, jobs, workforce, staff, employees, sales, electricity, consumption,
 prices of gas, gas prices, gas price, market share, holdings, deposits, difficulty fee, fees, lira, outflows,
 inflows, доля, акции, доллар*, acciones, acoes

crimeword: crime, crimes, scam, scams, scammers, fraud, launder*, money laundering, theft, stole, stealing,
 victims, ransom

light: slip, slips, slipped, dip, dips, dipped, eases, eased, ease, edge, edges, edged, drift, drifts, drifted,
 wobble*, softens, weakens, inches, ticks

con: fake, bogus, scam, scams, scammers, giveaway, phishing, credentials, sim swap, sim swapping, sim swaps,
 fraudsters, romance, lure*, impersonat*, flaw*, bug, bugs, malicious

claimprice: price, prices, value, worth, цена, цены, курс, стоимост*, ціна, 价格, precio, precios, valor, preco,
 precos, سعر, اسعار, قيمه, قيمت, coin, token, cryptocurrency

nonprice: sales, volumes, revenue, revenues, profit, profits, users, transfers, holdings, quarterly, earnings,
 sale, donations, donation, fundraising, fundraise

decree: bans, banned, charges, charged, sues, sued, arrests, arrested, arrest, seizes, seized, rejects,
 rejected, approves, approved, adopts, adopted, orders, ordered, fines, fined, passes, passed, signs, signed,
 blocks, blocked, restricts, restricted, freezes, froze, frozen, detains, detained, indicts, indicted,
 publishes, published, cracks down, clamps down, issues, halts, halted, outlaws, requires, must seek, legalises,
 legalizes, legalised, legalized, makes bitcoin, vetoes, vetoed, greenlights, suspends, suspended, revokes,
 revoked, licenses, accuses, accused, reins in, moves to, imposes, imposed, prohibits, prohibited, bars, barred,
 rebukes, urges banks, cautions against, warns against, widens crackdown, provides guidance, extradited,
 convicted, forfeits, raids, raided, cautions, tightens, requires, enacts, enacted, ratifies, takes effect,
 comes into force, becomes law, into law, запретил*, запрещает*, легализ*, арестова*, заборонил*, 禁止, 打击, 清退,
 prohibe, prohibio, aprueba, aprobo, proibe, proibiu, aprova, aprovou, تحظر, حظرت, يحظر, makes crypto,
 seeks to curb, moves to rein, will not greenlight, 关停, 叫停, 整顿

longago: this year, so far this year, year to date, since january, since november, since record, from record,
 from its peak, from peak, past year, in 2022, in 2021

enact: makes, make, made, adopts, adopted, approves, approved, passes, passed, becomes, became, declares,
 declared, accepts, votes, voted, aprueba, aprobo, convierte

partly: temporarily, briefly, partially, partly, partial, limited, in parts, some areas, some regions,
 for a while, временно, частично, temporalmente, parcialmente, temporariamente

ponder: considers, considering, weighs, weigh, mulls, mulling, may, might, on standby, looks at, debates,
 studies, studying

erupts: erupt*, breaks out, break out, broke out, tens of thousands, thousands, take to the streets,
 took to the streets, block roads, protest, rally, rallies, turns violent, opens fire, open fire, declares,
 declare, enters, announce, announces, seize, seizes, storm, storms, begin, begins, cut, hundreds, massive,
 coup, martial law, state of emergency, riot, riots

passedlaw: passes, passed, signs, signed, enacts, enacted, into law, takes effect, comes into force,
 clears parliament, clears congress, approves law, approves bill

cryptotech: blockchain*, блокчейн*, nft, nfts, non fungible, web3, defi
`
