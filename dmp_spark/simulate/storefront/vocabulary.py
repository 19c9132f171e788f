"""The words of the storefront: what it sells, how people are called, what they write. All made up; no pyspark."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    """One of the shelves: `code` begins its article numbers, `price` is its middle price in dollars."""

    code: str
    english: str
    chinese: str
    price: float
    words: tuple[str, ...]
    chinese_words: tuple[str, ...]


def _category(code: str, english: str, chinese: str, price: float, words: str, chinese_words: str) -> Category:
    return Category(code, english, chinese, price, tuple(words.split()), tuple(chinese_words.split()))


CATEGORIES = (
    _category(
        "TEA", "tea", "茶", 12, "loose green oolong jasmine smoky spring leaf organic", "散装 绿色 乌龙 茉莉 烟熏 春天 叶片 有机"
    ),
    _category(
        "COF",
        "coffee",
        "咖啡",
        16,
        "roasted dark mild ground whole bean washed single",
        "烘焙 深色 温和 研磨 整粒 豆子 水洗 单品",
    ),
    _category(
        "KET",
        "kettle",
        "水壶",
        45,
        "steel gooseneck electric quick quiet enamel copper stovetop",
        "不锈钢 细嘴 电动 快速 安静 搪瓷 紫铜 灶用",
    ),
    _category(
        "LMP",
        "lamp",
        "台灯",
        60,
        "reading dimmable brass paper bedside warm folding clamp",
        "阅读 调光 黄铜 纸质 床头 暖光 折叠 夹式",
    ),
    _category(
        "BOK",
        "book",
        "书",
        18,
        "novel illustrated history poetry travel pocket signed hardback",
        "小说 插图 历史 诗歌 旅行 口袋 签名 精装",
    ),
    _category(
        "BAG",
        "bag",
        "背包",
        70,
        "canvas leather rolltop commuter daypack waxed light padded",
        "帆布 皮革 卷口 通勤 日用 打蜡 轻便 加厚",
    ),
    _category(
        "SHO",
        "shoe",
        "鞋",
        90,
        "running trail suede waterproof cushioned walking barefoot laced",
        "跑步 越野 麂皮 防水 缓震 步行 赤足 系带",
    ),
    _category(
        "WAT",
        "watch",
        "手表",
        140,
        "automatic field diver titanium thin leather luminous slow",
        "自动 野外 潜水 钛合金 超薄 皮带 夜光 慢走",
    ),
    _category(
        "HED",
        "headphone",
        "耳机",
        110,
        "wireless closed studio sport folding bass cancelling wired",
        "无线 封闭 录音 运动 折叠 低音 降噪 有线",
    ),
    _category(
        "PLA",
        "plant",
        "绿植",
        25,
        "hanging fern cactus shade flowering indoor potted climbing",
        "吊挂 蕨类 仙人掌 耐阴 开花 室内 盆栽 攀爬",
    ),
    _category(
        "BLA",
        "blanket",
        "毯子",
        55,
        "wool woven fleece weighted knitted picnic cotton striped",
        "羊毛 编织 抓绒 加重 针织 野餐 棉质 条纹",
    ),
    _category(
        "TOY",
        "toy",
        "玩具",
        22,
        "wooden puzzle plush building magnetic bath wind-up stacking",
        "木制 拼图 毛绒 积木 磁力 洗澡 发条 叠叠",
    ),
)
"""The shelves, by number: a taste, a page and an item name one of them by its place here."""

_FIRST = "Anna Ben Clara David Emma Felix Grace Henry Ida Jack Karin Leo Maria Noah Olivia Peter Ruth Sam Thea Victor Wendy"
_LAST = (
    "Adams Baker Carter Dahl Evans Fischer Green Hughes Irving Jensen Keller Lind Morris Nolan Owens Parker Quinn Reed Stone "
    "Turner Underwood Vance Walker Young"
)
_CHINESE_FIRST = (
    "伟:wei 芳:fang 娜:na 敏:min 静:jing 丽:li 强:qiang 磊:lei 军:jun 洋:yang "
    "勇:yong 艳:yan 杰:jie 娟:juan 涛:tao 明:ming 超:chao 霞:xia 平:ping 刚:gang"
)
_CHINESE_LAST = (
    "王:wang 李:li 张:zhang 刘:liu 陈:chen 杨:yang 赵:zhao 黄:huang 周:zhou 吴:wu "
    "徐:xu 孙:sun 胡:hu 朱:zhu 高:gao 林:lin 何:he 郭:guo 马:ma 罗:luo"
)
FIRST_NAMES, LAST_NAMES = tuple(_FIRST.split()), tuple(_LAST.split())
CHINESE_FIRST_NAMES, CHINESE_LAST_NAMES = tuple(_CHINESE_FIRST.split()), tuple(_CHINESE_LAST.split())
"""Characters, and the letters that stand for them in e-mail addresses."""

OPENINGS = ("Finally tried this", "My new", "Anyone else with this", "Back to the old", "Unpacked the", "Three weeks with this")
GOOD = ("love it", "could not be happier", "worth every cent", "so good", "would buy again", "made my day")
BAD = ("disappointed", "sending it back", "not worth it", "broke after a week", "never again", "support does not answer")
CHINESE_OPENINGS = ("终于试了这个", "我新买的", "有人用过这款", "又用回了", "刚拆开这个", "用了三个星期的")
CHINESE_GOOD = ("太喜欢了", "非常满意", "物超所值", "真不错", "还会再买", "今天心情很好")
CHINESE_BAD = ("有点失望", "准备退货", "不值这个价", "一周就坏了", "再也不买了", "客服不理人")
HANDLES = ("quiet", "sunny", "river", "north", "paper", "little", "green", "slow", "early", "salty", "maple", "stone")
