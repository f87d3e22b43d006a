// A sheet to draw on: white paper, or a photo to mark. Python gives what it needs and is told every finished stroke; the
// pen's width, Undo and Clear act here at once, so that no answer of the server can take a stroke away while it is drawn,
// or draw it as wide as the pen was before.
//
// data: width, height, margin (above and below the picture), picture (a URL or null), colour, pen, only_last (of the
// strokes only the last one stays), version, strokes, label, tools (null, or the titles undo, clear and width, and how
// thin and how thick the pen may be). The sheet is at most `width` pixels wide, and smaller where there is less room; all
// lengths are in its own pixels, as if there were room.
// A stroke is { pen, points: [[x, y], …] }, its points counted from the picture's upper left corner.

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.sheet')
  root.sheet ??= open(root)
  root.sheet.show(data, {
    strokes: list => setStateValue('strokes', { version: data.version, list }),
    pen: width => setStateValue('pen', width),
  })
}

function open(root) {
  const canvas = root.querySelector('canvas')
  const context = canvas.getContext('2d')
  const tools = root.querySelector('.tools')
  const [undo, clear] = tools.querySelectorAll('button')
  const width = tools.querySelector('input')
  const dot = tools.querySelector('.dot')
  const picture = new Image()
  let data = { version: null }
  let strokes = []
  let pen = null
  let current = null // the stroke that is being drawn
  let tell = {}

  const scale = () => canvas.clientWidth / data.width || 1
  const paint = () => {
    const { width, height, margin } = data
    const sharp = window.devicePixelRatio || 1
    canvas.width = Math.round(canvas.clientWidth * sharp)
    canvas.height = Math.round(canvas.clientHeight * sharp)
    context.scale(scale() * sharp, scale() * sharp)
    context.translate(0, margin)
    if (data.picture && picture.complete) context.drawImage(picture, 0, 0, width, height)
    if (!data.picture) {
      context.fillStyle = '#ffffff'
      context.fillRect(0, 0, width, height)
    }
    context.strokeStyle = data.colour
    context.lineCap = context.lineJoin = 'round'
    for (const { pen, points } of current ? [...strokes, current] : strokes) {
      context.lineWidth = pen
      context.beginPath()
      context.moveTo(...points[0])
      for (const point of points) context.lineTo(...point)
      context.stroke()
    }
    undo.disabled = clear.disabled = strokes.length === 0
    dot.style.width = dot.style.height = `${pen * scale()}px`
  }
  const change = list => {
    strokes = list
    paint()
    tell.strokes(strokes)
  }
  const place = event => {
    const box = canvas.getBoundingClientRect()
    const own = length => Math.round((10 * length) / scale()) / 10
    return [own(event.clientX - box.left), own(event.clientY - box.top) - data.margin]
  }

  canvas.addEventListener('pointerdown', event => {
    if (current || event.button !== 0) return
    canvas.setPointerCapture(event.pointerId) // a stroke may leave the sheet and come back
    if (data.only_last) strokes = []
    current = { id: event.pointerId, pen, points: [place(event)] }
    paint()
  })
  canvas.addEventListener('pointermove', event => {
    if (event.pointerId !== current?.id) return
    const between = event.getCoalescedEvents?.() ?? []
    current.points.push(...(between.length ? between : [event]).map(place))
    paint()
  })
  const end = event => {
    if (event.pointerId !== current?.id) return
    const { pen, points } = current
    current = null
    change([...strokes, { pen, points }])
  }
  canvas.addEventListener('pointerup', end)
  canvas.addEventListener('pointercancel', end)
  undo.addEventListener('click', () => change(strokes.slice(0, -1)))
  clear.addEventListener('click', () => change([]))
  width.addEventListener('input', () => {
    pen = width.valueAsNumber
    paint()
  })
  width.addEventListener('change', () => tell.pen(pen))
  picture.addEventListener('load', paint)
  new ResizeObserver(() => data.width && paint()).observe(canvas)

  const show = (wanted, tellPython) => {
    const isNew = wanted.version !== data.version
    const isOther = wanted.picture !== data.picture
    data = wanted
    tell = tellPython
    if (isNew) {
      strokes = data.strokes
      pen = data.pen
    }
    if (isOther && data.picture) picture.src = data.picture
    root.style.maxWidth = `${data.width}px`
    canvas.style.aspectRatio = `${data.width} / ${data.height + 2 * data.margin}`
    canvas.setAttribute('aria-label', data.label)
    tools.hidden = !data.tools
    if (data.tools) {
      undo.textContent = data.tools.undo
      clear.textContent = data.tools.clear
      tools.querySelector('.title').textContent = data.tools.width
      width.min = data.tools.thinnest
      width.max = data.tools.thickest
      width.value = pen
      dot.parentElement.style.width = `${data.tools.thickest}px`
      dot.parentElement.style.height = `${data.tools.thickest}px`
    }
    paint()
  }
  return { show }
}
